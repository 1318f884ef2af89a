import { ExitCode } from '../operator-error.js'
import { refuseFoldersOfOthers } from './own-folders.js'
import { progressBar } from './progress-bar.js'
import { retryOption } from './retry.js'
import { mailPassword, osfToken } from './secrets.js'
import { verbSettings } from './verb-settings.js'
import type { CommonFlags, Verb, VerbWorld } from './verb.js'

interface Flags extends CommonFlags {
  /** False for `--no-publish`. */
  readonly publish: boolean
  readonly hour?: string
  readonly day?: string
  readonly dryRun?: boolean
  readonly explain?: string
}

export const processHour: Verb<Flags> = {
  name: 'process-hour',
  summary: 'merge, archive, report and publish every hour that is due',
  options: [
    ['--hour <hour>', 'only this one (UTC), like 2026-11-21T13'],
    ['--day <date>', 'only the hours of this day (UTC)'],
    ['--dry-run', 'say what is due, and why the rest is not; change nothing'],
    ['--no-publish', 'leave OSF for another run'],
    ['--explain <hour>', 'say why tweets of an archived hour came to one server only; change nothing'],
    retryOption,
  ],
  exitCodes: {
    0: 'all that was due is done',
    1: 'an hour failed and was left as it is, or has lost files that nobody has seen; the others went on',
    2: 'wrong usage or settings',
    3: 'done in part: a server is missing, an upload is pending, something strange in a spool was passed over, or the clock is wrong',
    75: 'another run is at work, or this one was stopped: the next goes on',
  },
  unattended: {
    passing: [ExitCode.temporary],
    byHand: ({ dryRun, explain }) => dryRun === true || explain !== undefined,
  },
  async run(flags, world) {
    const { clockByTweets } = await import('../hour/clock-doubt.js')
    const { describeExplained, explainHour } = await import('../hour/explain-hour.js')
    const { hourContext } = await import('../hour/hour-context.js')
    const { describeRun, runExitCode, runProcessHour } = await import('../hour/run.js')
    const { parseHourFlag, scopeOf } = await import('../hour/scope.js')
    const { describeDue, whatIsDue } = await import('../hour/what-is-due.js')
    const settings = await verbSettings(flags, world)
    if (!flags.dryRun && flags.explain === undefined) refuseFoldersOfOthers(settings, world)
    const clock = await clockByTweets(settings.spool.folder, world.clock, world.log)
    const context = hourContext(settings, { ...world, clock })
    const scope = scopeOf(flags)
    const print = printer(flags, world)
    if (flags.explain !== undefined)
      return print(await explainHour(parseHourFlag(flags.explain, '--explain'), context), describeExplained)
    if (flags.dryRun) return print(await whatIsDue(context, scope), describeDue)
    if (settings.x.fields === 'full' && !context.vault.keepRaw)
      world.log.warn(
        '[x] fields = full without [vault] keep_raw: fields without a column are lost once an hour is archived',
      )
    const bar = progressBar(world.stderr, world.clock)
    const options = {
      ...{ settings, publishes: flags.publish, random: world.random, attended: world.stderr.isTTY === true },
      ...(scope && { scope }),
      osfToken: () => osfToken(settings, world.env),
      mailPassword: () => mailPassword(settings, world.env),
    }
    const result = await runProcessHour(context, options, bar)
    bar.end()
    print(result, describeRun)
    return { exitCode: runExitCode(result), words: describeRun(result) }
  },
}

const printer =
  ({ json }: Flags, { stdout }: VerbWorld) =>
  <Result>(result: Result, describe: (result: Result) => string): ExitCode => {
    stdout.write(json ? `${JSON.stringify(result)}\n` : describe(result))
    return ExitCode.done
  }
