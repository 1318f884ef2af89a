import { expect, test } from 'vitest'
import { minuteFileName } from '../../src/spool/minute-name.js'
import { appendToJournal } from '../../src/spool/journal.js'
import { UsedNames } from '../../src/spool/used-names.js'
import { DAY_MS, HOUR_MS, hourName, MINUTE_MS } from '../../src/utc.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const FIRST_DAY = Date.parse('2026-11-01T00:00:00Z')
const DAYS = 10

/** Names are given, used and sealed `lateMs` after, day after day, twelve a day; answers the most minutes ever held. */
async function live(spool: string, names: UsedNames, lateMs = 6 * MINUTE_MS): Promise<number> {
  let most = 0
  for (let minute = FIRST_DAY; minute < FIRST_DAY + DAYS * DAY_MS; minute += 2 * HOUR_MS) {
    const name = minuteFileName(await names.next(minute))
    const facts = { hour: hourName(minute), lines: 1, bytes: 1, sha256: '' }
    await appendToJournal(spool, minute + lateMs, { event: 'sealed', name, ...facts })
    most = Math.max(most, names.minutesHeld)
  }
  return most
}

test('a collector that runs for days holds the names of the last two, not of all', async () => {
  await using spool = await temporaryFolder()
  expect(await live(spool.path, new UsedNames(spool.path))).toBeLessThanOrEqual(3 * 12)
})

test('what was forgotten is looked up again: no name is given twice, also where a later day sealed it', async () => {
  await using spool = await temporaryFolder()
  const names = new UsedNames(spool.path)
  await live(spool.path, names, 2 * DAY_MS)
  for (let day = FIRST_DAY; day < FIRST_DAY + DAYS * DAY_MS; day += DAY_MS)
    expect(await names.next(day)).toEqual({ minute: day, number: 1 })
})
