import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeRun, runExitCode, runProcessHour, type RunOptions } from '../../src/hour/run.js'
import { SERVER_1_SIGN } from '../../src/spool/server-1-sign.js'
import type { MailSettings } from '../../src/settings/settings.js'
import { HOUR, hourWorld } from '../support/hour-world.js'
import { payload } from '../support/tweets.js'

type World = Awaited<ReturnType<typeof hourWorld>>

const mail: MailSettings = {
  ...{
    host: '127.0.0.1',
    port: 9,
    security: 'none',
    user: undefined,
    passwordFile: undefined,
    caFile: undefined,
    ehloName: undefined,
  },
  ...{ from: 'a@example.org', to: ['b@example.org'] },
}

/** A run whose archive has one new hour. */
async function runOf(world: World, options: Partial<RunOptions> = {}) {
  await world.collected(1, [payload(HOUR + 60_000)])
  await world.batchOf()
  return runProcessHour(
    world.context,
    {
      settings: { ...world.settings, mail },
      publishes: true,
      osfToken: () => Promise.resolve('t'),
      mailPassword: () => Promise.resolve(undefined),
      random: () => 0.5,
      ...options,
    },
    () => undefined,
  )
}

test('a state folder that cannot be used stops no step that goes without it, and the run says what failed', async () => {
  await using world = await hourWorld()
  await writeFile(join(world.root, 'state'), 'no folder')
  const result = await runOf(world)
  expect(result.archived).toHaveLength(1)
  expect(result.faults.map((fault) => fault.split(':')[0])).toEqual([
    'no report is corrected',
    'nobody is mailed of what this run shows',
    'no mail is sent',
  ])
  expect(runExitCode(result)).toBe(1)
  expect(describeRun(result)).toContain('no report is corrected: ')
  expect(await readdir(join(world.vault, '2026-11-21'))).toContain('2026-11-21_report.txt')
})

test('a report that cannot be written is told, and the steps after it are done', async () => {
  await using world = await hourWorld()
  await mkdir(join(world.vault, '2026-11-21', '2026-11-21_report.txt'), { recursive: true })
  const result = await runOf(world)
  expect(result.faults).toHaveLength(1)
  expect(result.faults[0]).toContain('the report of 2026-11-21 is not written: ')
  expect(runExitCode(result)).toBe(1)
  expect(await readFile(join(world.spools[2], SERVER_1_SIGN), 'utf8')).toContain('"last_hour"')
  expect(await readdir(join(world.root, 'state', 'outbox'))).toHaveLength(1)
})

test('even a bug in a step is logged with its stack and ends with 1, and the next steps are done', async () => {
  await using world = await hourWorld()
  const result = await runOf(world, { mailPassword: () => Promise.reject(new TypeError('a bug')) })
  expect(result.faults).toEqual(['no mail is sent: a bug'])
  expect(runExitCode(result)).toBe(1)
  expect(await readdir(join(world.spools[2], 'receipts'))).toContain('server-1.json')
})

test('a run without a fault ends with 0', async () => {
  await using world = await hourWorld()
  const result = await runOf(world, { settings: world.settings })
  expect([result.faults, runExitCode(result)]).toEqual([[], 0])
})
