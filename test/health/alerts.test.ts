import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { closeIncident, openIncident, settleIncidents, tellOf } from '../../src/health/alerts.js'
import { unitFailed, unitKey } from '../../src/health/unit-incident.js'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/utc.js'
import { mailSchema } from '../../src/health/mail/mail.js'
import { waitingMails } from '../../src/health/mail/outbox.js'
import { ManualClock } from '../support/manual-clock.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const START = Date.parse('2026-11-21T13:07:00Z')
const SILENT = { key: 'silent', subject: 'no tweets come', text: 'The last one came a while ago.' }

async function placeAt(timezone = 'UTC', startMs = START) {
  const temporary = await temporaryFolder()
  const clock = new ManualClock(startMs)
  const place = { stateFolder: temporary.path, sender: 'collector server 2', timezone, clock }
  const mails = async () =>
    Promise.all(
      (await waitingMails(place.stateFolder)).map(async ({ path }) =>
        mailSchema.parse(JSON.parse(await readFile(path, 'utf8'))),
      ),
    )
  return {
    place,
    clock,
    mails,
    memory: join(temporary.path, 'alerts/silent.json'),
    /** The subjects that have been mailed since the last call. */
    async mailed(): Promise<string[]> {
      const subjects = (await mails()).map(({ subject }) => subject)
      for (const { path } of await waitingMails(place.stateFolder)) await rm(path)
      return subjects
    },
    async pass(ms: number) {
      clock.advance(ms)
      await settleIncidents(place)
    },
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  }
}

const OPENED = 'collector server 2: no tweets come'
const OVER = 'collector server 2: over: no tweets come'

test('an incident is one mail however often it is opened, and one when it has been over for ten minutes', async () => {
  await using at = await placeAt()
  for (let i = 0; i < 5; i++) await openIncident(at.place, SILENT)
  expect(await at.mailed()).toEqual([OPENED])
  at.clock.advance(HOUR_MS)
  for (let i = 0; i < 5; i++) await closeIncident(at.place, 'silent', 'Tweets come again.')
  await at.pass(10 * MINUTE_MS - 1)
  expect(await at.mails()).toEqual([])
  await at.pass(1)
  const [mail] = await at.mails()
  expect(mail).toMatchObject({ subject: OVER })
  expect(mail?.text).toContain('Tweets come again.')
  expect(mail?.text).toContain('It began 2026-11-21 13:07:00 UTC and was over 2026-11-21 14:07:00 UTC.')
  await at.pass(HOUR_MS)
  expect(await at.mails()).toHaveLength(1)
})

test('an incident that comes back before it has settled is still the same, and no mail', async () => {
  await using at = await placeAt()
  await openIncident(at.place, SILENT)
  for (let i = 0; i < 10; i++) {
    await closeIncident(at.place, 'silent', 'again')
    await at.pass(9 * MINUTE_MS)
    await openIncident(at.place, SILENT)
  }
  await at.pass(HOUR_MS)
  expect(await at.mailed()).toEqual([OPENED])
})

test('an incident that comes and goes all day long is not a flood of mails', async () => {
  await using at = await placeAt()
  let mails = 0
  for (let minute = 0; minute < 24 * 60; minute++) {
    if (minute % 20 === 0) await openIncident(at.place, SILENT)
    if (minute % 20 === 5) await closeIncident(at.place, 'silent', 'again')
    await at.pass(MINUTE_MS)
    mails += (await at.mailed()).length
  }
  expect(mails).toBeGreaterThan(0)
  expect(mails).toBeLessThanOrEqual(6)
})

test('an incident of another day is news again, and settles in ten minutes', async () => {
  await using at = await placeAt()
  for (let day = 0; day < 3; day++) {
    await openIncident(at.place, SILENT)
    await closeIncident(at.place, 'silent', 'again')
    await at.pass(10 * MINUTE_MS)
    await at.pass(DAY_MS)
    expect(await at.mailed()).toEqual([OPENED, OVER])
  }
})

test('closing what was never open, and settling where there is nothing, is no mail', async () => {
  await using at = await placeAt()
  await closeIncident(at.place, 'silent', 'again')
  await at.pass(HOUR_MS)
  expect(await at.mails()).toEqual([])
})

test.each([
  ['lost', (file: string) => rm(file)],
  ['damaged', (file: string) => writeFile(file, '{"subj')],
])('a memory that is %s costs a repeated mail, and nothing else', async (_name, harm) => {
  await using at = await placeAt()
  await openIncident(at.place, SILENT)
  await harm(at.memory)
  await openIncident(at.place, SILENT)
  await openIncident(at.place, SILENT)
  await closeIncident(at.place, 'silent', 'again')
  await at.pass(10 * MINUTE_MS)
  expect((await at.mailed()).at(-1)).toBe(OVER)
})

test('a clock that is set back keeps no incident open for as long', async () => {
  await using at = await placeAt()
  await openIncident(at.place, SILENT)
  await closeIncident(at.place, 'silent', 'again')
  await at.pass(-HOUR_MS)
  expect(await at.mailed()).toContain(OVER)
})

test('what just happens is told at most once in its time', async () => {
  await using at = await placeAt()
  const started = { key: 'started', subject: 'started', text: 'now' }
  for (let i = 0; i < 3; i++) await tellOf(at.place, started, HOUR_MS)
  expect(await at.mailed()).toEqual(['collector server 2: started'])
  await at.pass(HOUR_MS)
  await tellOf(at.place, started, HOUR_MS)
  expect(await at.mailed()).toEqual(['collector server 2: started'])
})

test("a failed unit is an incident of its own; the collector's is the one that the collector tells of itself", () => {
  expect(unitKey('collector-sync.service')).toBe('unit-collector-sync')
  expect(unitKey('collector-collect.service')).toBe('stopped')
  expect(unitKey('Some\\x2dUnit@1.timer')).toBe('unit-some-x2dunit-1-timer')
  expect(unitFailed('collector-sync.service').text).toContain('journalctl -n 50 -u collector-sync.service')
})

test('times are shown in the zone of the settings, with the offset, so that an hour that comes twice is told apart', async () => {
  await using at = await placeAt('Europe/Vienna', Date.parse('2026-10-25T00:30:00Z'))
  await openIncident(at.place, SILENT)
  await at.mailed()
  at.clock.advance(HOUR_MS)
  await closeIncident(at.place, 'silent', 'Tweets come again.')
  await at.pass(HOUR_MS)
  expect((await at.mails())[0]?.text).toContain(
    'It began 2026-10-25 02:30:00+02:00 and was over 2026-10-25 02:30:00+01:00.',
  )
})
