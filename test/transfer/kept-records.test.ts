import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hoursToLookAt } from '../../src/hour/hours-to-look-at.js'
import { removeOldRecords } from '../../src/hour/retention.js'
import { leaveServer1Heartbeat } from '../../src/hour/server-1-heartbeat.js'
import { isOutdated } from '../../src/spool/kept-records.js'
import { parseServer1Sign } from '../../src/spool/server-1-sign.js'
import { DAY_MS, HOUR_MS } from '../../src/utc.js'
import { hourWorld, HOUR } from '../support/hour-world.js'
import { payload } from '../support/tweets.js'
import { ServerPair } from './server-pair.js'

const NOW = Date.parse('2026-11-21T14:08:00Z')
const OLD = NOW - 401 * DAY_MS

test('a journal goes by its day, a receipt by when it was written, a stranger never', () => {
  const isOld = (name: string, writtenMs = NOW) => isOutdated({ name, writtenMs }, NOW)
  expect(isOld('2025-10-17.jsonl')).toBe(false)
  expect(isOld('2025-10-16.jsonl')).toBe(true)
  expect(isOld('2025-10-01_00.json')).toBe(false)
  expect(isOld('2025-10-01_00.json', OLD)).toBe(true)
  expect(isOld('server-1.json', OLD)).toBe(false)
  expect(isOld('notes.txt', OLD)).toBe(false)
})

async function oldAndNew(spool: string): Promise<void> {
  for (const folder of ['journal', 'rejected', 'receipts']) {
    await mkdir(join(spool, folder), { recursive: true })
    const ending = folder === 'receipts' ? '_13.json' : '.jsonl'
    for (const [day, at] of [
      ['2025-10-01', OLD],
      ['2026-11-20', NOW],
    ] as const) {
      const path = join(spool, folder, `${day}${ending}`)
      await writeFile(path, '')
      await utimes(path, at / 1000, at / 1000)
    }
  }
}

const records = async (spool: string) =>
  (await Promise.all(['journal', 'rejected', 'receipts'].map((folder) => readdir(join(spool, folder))))).flat()

test('process-hour removes old records from both spools', async () => {
  await using world = await hourWorld()
  for (const spool of [world.spools[1], world.spools[2]]) await oldAndNew(spool)
  await removeOldRecords(world.context)
  for (const spool of [world.spools[1], world.spools[2]])
    expect(await records(spool)).toEqual(['2026-11-20.jsonl', '2026-11-20.jsonl', '2026-11-20_13.json'])
})

test('an archived hour that is too old for a receipt is left in peace', async () => {
  await using world = await hourWorld()
  await world.collected(1, [payload(HOUR + 60_000)])
  await world.batchOf()
  await world.run()
  const receipt = join(world.spools[2], 'receipts', '2026-11-21_13.json')
  await utimes(receipt, (HOUR + HOUR_MS) / 1000, (HOUR + HOUR_MS) / 1000)
  world.clock.advance(402 * DAY_MS)
  await removeOldRecords(world.context)
  expect(await readdir(join(world.spools[2], 'receipts'))).toEqual([])
  expect(await hoursToLookAt(world.context)).not.toContain(HOUR)
})

test('sync removes old records here', async () => {
  await using pair = await ServerPair.create()
  await using _sftp = await pair.serve()
  await oldAndNew(pair.spool)
  await pair.seal('13:07', 'a\n')
  expect(await pair.sync()).toMatchObject({ sent: { files: 1 }, failed: [] })
  expect(await records(pair.spool)).not.toContain('2025-10-01.jsonl')
  expect(await readdir(join(pair.incoming, 'journal'))).toEqual(['2026-11-20.jsonl', '2026-11-21.jsonl'])
})

test('process-hour leaves its heartbeat with last hour, report and mail for server 2', async () => {
  await using world = await hourWorld()
  await world.collected(1, [payload(HOUR + 60_000)])
  await world.batchOf()
  await world.run()
  await leaveServer1Heartbeat(world.context, world.settings.server.stateFolder)
  const path = join(world.spools[2], 'receipts', 'server-1.json')
  expect(parseServer1Sign(path, await readFile(path, 'utf8'))).toMatchObject({
    written_at: '2026-11-21T14:20:00.000Z',
    heartbeat: null,
    last_hour: { hour: '2026-11-21_13', revision: 1 },
    last_report: null,
    last_mail: null,
    mails_waiting: 0,
  })
})
