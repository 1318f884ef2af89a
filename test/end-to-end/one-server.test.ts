import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fastClock, realClock } from '../../src/clock.js'
import { reportPath } from '../../src/report/day-report.js'
import { FaultPlan } from '../../src/simulator/fault-plan.js'
import { iniText } from '../../src/simulator/simulator.js'
import { startXApi } from '../../src/simulator/x/x-api.js'
import { dayName, dayOf, HOUR_MS, hourName, hourOf, MINUTE_MS } from '../../src/utc.js'
import { archivedRows } from '../../src/vault/archived-rows.js'
import { readBook } from '../../src/vault/book.js'
import { runCollector, startCollector } from '../support/program.js'
import { recordingLog } from '../support/recording-log.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { until } from '../support/until.js'

const START = Date.parse('2026-11-21T13:57:30Z')
const SPEED = 60

test('one server alone, without mail and OSF, archives all that it was sent, and its report has two columns', async () => {
  await using folder = await temporaryFolder()
  const realStartMs = realClock().now()
  const clock = fastClock({ realStartMs, startMs: START, speed: SPEED })
  const faults = new FaultPlan([], clock)
  const own = { seed: 11, rate: 12, tokens: ['one-token'], record: true, faults }
  await using x = await startXApi({ ...own, clock, log: recordingLog() })
  const settings = join(folder.path, 'settings.ini')
  const vault = join(folder.path, 'vault')
  await writeFile(
    settings,
    iniText({
      server: { number: '1', redundant: 'false', state_folder: join(folder.path, 'state') },
      x: { base_url: x.url },
      spool: { folder: join(folder.path, 'spool') },
      vault: { folder: vault },
    }),
  )
  const env = (clockText: string) => ({ COLLECTOR_CLOCK: clockText, COLLECTOR_X_BEARER_TOKEN: 'one-token' })
  await using collector = startCollector(['collect', '--settings', settings], env(`${realStartMs}/${START}/${SPEED}`))
  await until(() => {
    expect(x.connects).toHaveLength(1)
  })
  const first = hourOf(clock.now())
  const second = first + HOUR_MS
  await clock.sleep(second + 3 * MINUTE_MS - clock.now())
  collector.child.kill('SIGTERM')
  expect((await collector.ended).code).toBe(0)
  expect(x.connects).toHaveLength(1)

  const later = env(`${realClock().now()}/${second + 2 * HOUR_MS}/1`)
  const archived = await runCollector(['process-hour', '--settings', settings], later)
  expect(archived.code, archived.stderr).toBe(0)
  const rows: string[] = []
  // What X sends in an hour's first minute may have been made in the one before.
  for (let hour = hourOf(START); hour <= second; hour += HOUR_MS) {
    const book = await readBook(vault, hour)
    if (book) for await (const batch of archivedRows(vault, book)) rows.push(...batch.map(({ id }) => id))
  }
  const sent = x.sentIds('one-token')
  expect(rows.length).toBeGreaterThan(1000)
  // What X had put into the socket when the collector was told to stop may not have been read any more: the very last.
  expect(rows).toEqual(sent.slice(0, rows.length).sort())
  const [one, two] = [first, second].map((hour) => hourName(hour).slice(-2))
  expect(await readFile(reportPath(vault, dayOf(first)), 'utf8')).toMatch(
    new RegExp(`^hour\\ttweets\n(13\\t\\d+\n)?${one}\\t\\d+\n${two}\\t\\d+\n(\\d\\d\\t0\n)?$`),
  )
  const day = dayName(dayOf(first))
  const mailed = await runCollector(['report', '--settings', settings, '--day', day], later)
  expect(mailed.code).toBe(0)
  expect(mailed.stdout).toContain('mail: off')
  expect(await readdir(join(folder.path, 'state'))).not.toContain('outbox')
})
