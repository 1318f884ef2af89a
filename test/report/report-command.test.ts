import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { report } from '../../src/commands/report.js'
import { owedDays } from '../../src/report/mailed-reports.js'
import { appendToJournal } from '../../src/spool/journal.js'
import { changed, iniText, serverOne } from '../settings/settings-text.js'
import { PATIENCE_MS } from '../support/patience.js'
import { recordingLog } from '../support/recording-log.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { bookOf, putBooks } from './book-of.js'

const DAY = Date.parse('2026-11-21T00:00:00Z')
const hours = Array.from({ length: 24 }, (_, hour) => `2026-11-21_${String(hour).padStart(2, '0')}`)

/** Server 1 at a time of the day after, with these hours archived. */
async function morning(time: string, archived: readonly string[]) {
  const folder = await temporaryFolder()
  const settings = join(folder.path, 'settings.ini')
  const mail = { enabled: 'true', host: '127.0.0.1', port: '9', from: 'a@example.org', to: 'b@example.org' }
  await writeFile(settings, iniText(changed(serverOne, { mail })))
  await appendToJournal(join(folder.path, 'spool'), DAY, { event: 'started', version: '0', server: 1 })
  await putBooks(join(folder.path, 'vault'), ...archived.map((hour) => bookOf(hour, { both: 10 })))
  const log = Object.assign(recordingLog(), { level: 'info' })
  let nowMs = Date.parse(`2026-11-22T${time}:00Z`)
  let printed = ''
  const world = {
    ...{ env: {}, cwd: folder.path, version: '0', self: [], argv: [] },
    ...{ random: () => 0.5, signal: new AbortController().signal, warn: () => undefined },
    log,
    stdout: { write: (text: string) => (printed += text) },
    stderr: { write: () => true },
    clock: {
      now: () => nowMs,
      socketMs: () => PATIENCE_MS,
      sleep: (ms: number) => Promise.resolve(void (nowMs += ms)),
    },
  }
  return {
    run: (flags: { after?: string; day?: string } = {}) => report.run({ settings, arguments: [], ...flags }, world),
    printed: () => printed,
    owed: () => owedDays(join(folder.path, 'state')),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

test('a report whose hours are due and not archived says "not yet" with 75, and is owed', async () => {
  await using server = await morning('06:00', hours.slice(0, 21))
  expect(await server.run()).toBe(75)
  expect(server.printed()).toBe('')
  expect(await server.owed()).toEqual([DAY])
})

test('by noon, or where somebody asks for the day, it goes out as it is', async () => {
  await using noon = await morning('12:00', hours.slice(0, 21))
  expect(await noon.run()).toBe(3)
  expect(noon.printed()).toContain('210 tweets, 3 hours missing')
  await using asked = await morning('06:00', hours.slice(0, 21))
  expect(await asked.run({ day: '2026-11-21' })).toBe(3)
})

test('an hour whose window is still open is not waited for, and not missing, in whatever zone cron runs', async () => {
  await using server = await morning('00:03', hours.slice(0, 23))
  expect(await server.run()).toBe(3)
  expect(server.printed()).toContain('230 tweets, 1 hour to come')
})

test('--after does nothing before its time, says nothing once the report is mailed, and wants a time', async () => {
  await using server = await morning('05:59', hours)
  expect(await server.run({ after: '06:00' })).toBe(0)
  expect(server.printed()).toBe('')
  expect(await server.run({ after: '05:59' })).toBe(3)
  expect(server.printed()).toContain('240 tweets, complete')
  await expect(server.run({ after: '6 o’clock' })).rejects.toMatchObject({ exitCode: 2 })
  await expect(server.run({ after: '24:00' })).rejects.toMatchObject({ exitCode: 2 })
})
