import { ExitCode, OperatorError } from '../operator-error.js'
import type { Settings } from '../settings/settings.js'
import { DAY_MS, dayName, dayOf, HOUR_MS, MINUTE_MS } from '../utc.js'
import { dayFlag } from './day-flag.js'
import { refuseFoldersOfOthers } from './own-folders.js'
import { retryOption } from './retry.js'
import { mailPassword } from './secrets.js'
import { verbSettings } from './verb-settings.js'
import type { CommonFlags, Verb, VerbWorld } from './verb.js'

interface Flags extends CommonFlags {
  readonly day?: string
  readonly again?: boolean
  readonly after?: string
}

export const report: Verb<Flags> = {
  name: 'report',
  summary: "mail yesterday's report; prints what it says",
  options: [
    ['--day <YYYY-MM-DD>', 'the report of another UTC day'],
    ['--again', 'mail it also where that has been done'],
    ['--after <HH:MM>', 'do nothing before this time of the day (UTC), nor once the report is mailed'],
    retryOption,
  ],
  exitCodes: {
    0: 'mailed, or mailed before, or mail is off, or it is not yet the time of --after',
    1: 'failed',
    2: 'wrong usage or settings',
    3: 'the mail could not be sent yet: it waits for the next run',
    75: 'not yet: hours of the day are not archived; the next process-hour mails it',
  },
  unattended: { passing: [ExitCode.temporary], byHand: ({ day }) => day !== undefined },
  async run(flags, outside) {
    const { clockByTweets } = await import('../hour/clock-doubt.js')
    const { mailDayReport } = await import('../report/mail-day-report.js')
    const settings = await verbSettings(flags, outside)
    refuseFoldersOfOthers(settings, outside)
    const world = { ...outside, clock: await clockByTweets(settings.spool.folder, outside.clock, outside.log) }
    const day = dayFlag(flags.day)
    if (flags.after !== undefined && isBefore(flags.after, world.clock.now())) return ExitCode.done
    if (day === undefined && (await isTooEarly(settings, world))) return ExitCode.temporary
    const password = await mailPassword(settings, world.env)
    const { beginningFor } = await import('../hour/beginning.js')
    const beginning = await beginningFor(settings, world.clock.now())
    const options = { ...world, settings, password, day, again: flags.again, beginning }
    const mailed = await mailDayReport(options, world.signal)
    if (flags.after !== undefined && mailed.mail === 'mailed-before') return ExitCode.done
    world.stdout.write(
      flags.json ? `${JSON.stringify(mailed)}\n` : `${mailed.subject}\n\n${mailed.text}\nmail: ${mailed.mail}\n`,
    )
    return mailed.mail === 'pending' ? ExitCode.partial : ExitCode.done
  },
}

/** @throws OperatorError with exit code 2 where the text is no time */
function isBefore(text: string, nowMs: number): boolean {
  const [, hours, minutes] = /^(\d\d):(\d\d)$/.exec(text) ?? []
  const ms = Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS
  if (Number(hours) < 24 && Number(minutes) < 60) return nowMs - dayOf(nowMs) < ms
  throw new OperatorError(`--after is "${text}": it wants a time (UTC) like 06:00`, { exitCode: ExitCode.usage })
}

/** Whether hours of yesterday still are to be archived; by noon (UTC) the report goes out as it is. */
async function isTooEarly(settings: Settings, world: VerbWorld): Promise<boolean> {
  if (!settings.vault) return false
  const { hourContext } = await import('../hour/hour-context.js')
  const { waitForHours } = await import('../hour/hours-still-due.js')
  const { rememberOwed } = await import('../report/mailed-reports.js')
  const now = world.clock.now()
  const day = dayOf(now) - DAY_MS
  const due = await waitForHours(day, hourContext(settings, world))
  if (due.length === 0 || now - dayOf(now) >= DAY_MS / 2) return false
  if (settings.mail) await rememberOwed(settings.server.stateFolder, day)
  world.log.warn(
    { hours: due.length },
    `not yet: hours of ${dayName(day)} are not archived; process-hour mails the report after them`,
  )
  return true
}
