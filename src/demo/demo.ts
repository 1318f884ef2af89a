import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../clock.js'
import { ExitCode } from '../operator-error.js'
import { reportPath } from '../report/day-report.js'
import type { Fault } from '../simulator/fault-plan.js'
import type { MergedRow } from '../tweet/row.js'
import { dayName, dayOf, HOUR_MS } from '../utc.js'
import { archivedRows } from '../vault/archived-rows.js'
import { readBook, type Book } from '../vault/book.js'
import { Narrator } from './narrator.js'
import { describeLoss, explainLoss, type ExplainedLoss } from './explained-loss.js'
import { BEGINNING, CONNECTED_BY, FAULTS, FIRST_HOUR, hourNames, pushBatch, script } from './script.js'
import type { Stage } from './stage.js'
import { startedStage } from './started-stage.js'
import { describeVerdict, judge, type Verdict } from './verdict.js'

export interface DemoOptions {
  /** Full hours of the demo's clock. */
  readonly hours: number
  /** Tweets a second of the demo's clock. */
  readonly rate: number
  readonly seed: number
  readonly keep: boolean
  /** What is to go wrong beside the demo's own mishaps. */
  readonly faults: readonly Fault[]
  readonly self: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly clock: Clock
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean }
  readonly signal: AbortSignal
}

const STATUS_EVERY_MS = 40_000
const MOST_EXTRA_ROUNDS = 5

/**
 * The whole pipeline on this machine: two collectors on one simulated stream, sync, process-hour, OSF and mail, all as
 * real processes, with a crash and a cut. Ends with a verdict from the simulator's truth.
 * @returns 0 where nothing was lost that at least one server could have had, else 1
 */
export async function runDemo(options: DemoOptions): Promise<ExitCode> {
  const { hours, rate, seed, keep, self, env, clock, signal, stdout } = options
  const root = await mkdtemp(join(tmpdir(), 'collector-demo-'))
  try {
    await using stage = await startedStage(
      {
        ...{ root, self, env, startMs: BEGINNING, connectedByMs: CONNECTED_BY, seed, rate, realClock: clock },
        faults: [...FAULTS, ...options.faults],
      },
      options.stderr,
      signal,
    )
    const narrator = new Narrator(options.stderr, () => stage.clock.now())
    await perform(stage, narrator, options, signal)
    narrator.done()
    signal.throwIfAborted()
    const { verdict, loss } = await judgeStage(stage, hours)
    stdout.write((await closingWords(stage, verdict, options)) + describeLoss(loss))
    return verdict.lost === 0 && verdict.strange === 0 ? ExitCode.done : ExitCode.failed
  } finally {
    if (!keep) await rm(root, { recursive: true, force: true })
  }
}

async function perform(stage: Stage, narrator: Narrator, { hours, rate, seed }: DemoOptions, signal: AbortSignal) {
  narrator.say('X, OSF, SFTP and mail are simulated on this machine; both collectors are connected')
  const seconds = Math.round(HOUR_MS / stage.speed / 1000)
  narrator.say(`an hour passes in ${seconds} seconds; ${rate} tweets a second, seed ${seed}`)
  for (const scene of script(hours)) {
    await waitUntil(scene.atMs, stage, narrator, signal)
    if (signal.aborted) return
    await scene.act(stage, narrator)
  }
  for (const server of [1, 2] as const) {
    const code = await stage.stopCollector(server, 'SIGTERM')
    narrator.say(`server ${server}'s collector is asked to stop: it seals what is open and leaves with ${code}`)
  }
  await catchUp(stage, narrator, hours)
}

async function waitUntil(ms: number, stage: Stage, narrator: Narrator, signal: AbortSignal): Promise<void> {
  while (stage.clock.now() < ms && !signal.aborted) {
    const [first, second] = await Promise.all([stage.filed(1), stage.filed(2)])
    narrator.show(`collected since their starts: ${first} tweets on server 1, ${second} on server 2`)
    await stage.clock.sleep(Math.min(STATUS_EVERY_MS, ms - stage.clock.now()), signal)
  }
}

/** On a slow machine a minute may have been sealed after the sync: what is left over is done now, as the next hour would. */
async function catchUp(stage: Stage, narrator: Narrator, hours: number): Promise<void> {
  for (let round = 0; round < MOST_EXTRA_ROUNDS && !(await isComplete(stage, hours)); round += 1) {
    narrator.say('something came too late for its hour: once more, as the next hour would')
    await pushBatch(stage, narrator)
    await stage.run(1, 'process-hour')
  }
}

async function isComplete(stage: Stage, hours: number): Promise<boolean> {
  for (let index = 0; index < hours; index += 1) {
    const book = await readBook(stage.places.vault, FIRST_HOUR + index * HOUR_MS)
    if (!book || book.missing_servers.length > 0) return false
  }
  return true
}

async function judgeStage(stage: Stage, hours: number): Promise<{ verdict: Verdict; loss: ExplainedLoss }> {
  const iso = (ms: number) => new Date(ms).toISOString()
  const truth = await stage.ask('x', `truth?from=${iso(FIRST_HOUR)}&to=${iso(FIRST_HOUR + hours * HOUR_MS)}`)
  const archived: MergedRow[] = []
  const books: Book[] = []
  for (let index = 0; index < hours; index += 1) {
    const book = await readBook(stage.places.vault, FIRST_HOUR + index * HOUR_MS)
    if (!book) continue
    books.push(book)
    for await (const rows of archivedRows(stage.places.vault, book)) archived.push(...rows)
  }
  const verdict = judge(truth.split('\n').filter(Boolean), archived)
  return { verdict, loss: explainLoss(verdict.lostIds, books) }
}

async function closingWords(stage: Stage, verdict: Verdict, { hours, keep }: DemoOptions): Promise<string> {
  const { places } = stage
  const day = dayOf(FIRST_HOUR)
  const mail = await stage.run(1, 'report', '--day', dayName(day))
  const { fired } = JSON.parse(await stage.ask('x', 'faults')) as { fired: { fault: Fault }[] }
  const cuts = fired.filter(({ fault }) => fault.kind === 'cut-mid-line')
  const { files: uploads } = JSON.parse(await stage.ask('osf', 'files')) as { files: unknown[] }
  return [
    `\nThe day report, ${reportPath(places.vault, day)}:\n`,
    await readFile(reportPath(places.vault, day), 'utf8'),
    `The mail that was sent:\n`,
    mail.replaceAll(/^/gm, '  '),
    `\nWhere everything lies${keep ? '' : ' (removed now; --keep leaves it)'}:\n`,
    `  archive    ${places.vault}`,
    `  at OSF     ${join(places.simulator, 'osf')} (${uploads.length} files)`,
    `  mails      ${join(places.simulator, 'mail')}`,
    `  spools     ${places.server[1].spool}, ${places.server[2].spool}`,
    `  settings   ${places.server[1].settings}, ${places.server[2].settings}`,
    `  logs       ${places.logs}`,
    `\nThe verdict on the full hours ${hourNames(hours)}, by what X sent (1 kill -9, ${cuts.length} cut):\n`,
    describeVerdict(verdict),
  ].join('\n')
}
