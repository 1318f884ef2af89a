import { expect, test } from 'vitest'
import { runExitCode } from '../../src/hour/run.js'
import { ExitCode } from '../../src/operator-error.js'
import type { Fault } from '../../src/simulator/fault-plan.js'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/utc.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { TwoServers } from '../support/two-servers.js'

const RUNS = 4

const fatal: [string, Omit<Fault, 'service'>, RegExp][] = [
  ['a project over its quota', { kind: 'status', value: 507, only: '_IDs' }, /make room/],
  ['a file over the limit', { kind: 'status', value: 413, only: '_IDs' }, /publish it elsewhere/],
  ['a wrong token', { kind: 'status', value: 401, only: '/files' }, /check \[osf\] token_file/],
  ['a project that is gone', { kind: 'status', value: 404, only: '/v2/nodes/abcde/files' }, /check \[osf\] project/],
]

test.each(fatal)('%s stops the upload, alerts once, and never stops the archive', async (_, fault, advice) => {
  await using folder = await temporaryFolder()
  const faults = [{ ...fault, service: 'osf', times: 999 } as const]
  await using world = await TwoServers.create({
    ...{ root: folder.path, start: '2026-11-21T00:00:00Z', keepMs: HOUR_MS, publishes: true, faults },
  })
  for (const server of [1, 2] as const) await world.startCollector(server)
  const archived: string[] = []
  for (let hour = 0; hour < RUNS; hour += 1) {
    await world.deliver(world.clock.now() / SECOND_MS, 2)
    world.clock.advance(HOUR_MS + 8 * MINUTE_MS)
    await world.rounds()
    await world.sync()
    const result = await world.processHour()
    archived.push(...result.archived.map((done) => done.hour))
    expect(result.failed).toEqual([])
    expect(result.published?.fatal).toMatch(advice)
    expect(runExitCode(result)).toBe(ExitCode.partial)
  }
  expect(archived.length).toBeGreaterThanOrEqual(RUNS)
  expect(world.plan.fired.length).toBeGreaterThanOrEqual(RUNS)
  const mails = await world.smtp.mails()
  expect(mails.filter((mail) => /^Subject: .*nothing can be published/m.test(mail))).toHaveLength(1)
  expect(mails.join('\n')).not.toContain('Bearer')
})
