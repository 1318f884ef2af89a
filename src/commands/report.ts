import { ExitCode } from '../operator-error.js'
import { dayFlag } from './day-flag.js'
import { refuseFoldersOfOthers } from './own-folders.js'
import { retryOption } from './retry.js'
import { mailPassword } from './secrets.js'
import { verbSettings } from './verb-settings.js'
import type { CommonFlags, Verb } from './verb.js'

interface Flags extends CommonFlags {
  readonly day?: string
  readonly again?: boolean
}

export const report: Verb<Flags> = {
  name: 'report',
  summary: "mail yesterday's report; prints what it says",
  options: [
    ['--day <YYYY-MM-DD>', 'the report of another UTC day'],
    ['--again', 'mail it also where that has been done'],
    retryOption,
  ],
  exitCodes: {
    0: 'mailed, or mailed before, or mail is off',
    1: 'failed',
    2: 'wrong usage or settings',
    3: 'the mail could not be sent yet: it waits for the next run',
  },
  unattended: { byHand: ({ day }) => day !== undefined },
  async run(flags, world) {
    const { mailDayReport } = await import('../report/mail-day-report.js')
    const settings = await verbSettings(flags, world)
    refuseFoldersOfOthers(settings, world)
    const password = await mailPassword(settings, world.env)
    const day = dayFlag(flags.day)
    const mailed = await mailDayReport({ ...world, settings, password, day, again: flags.again }, world.signal)
    world.stdout.write(
      flags.json ? `${JSON.stringify(mailed)}\n` : `${mailed.subject}\n\n${mailed.text}\nmail: ${mailed.mail}\n`,
    )
    return mailed.mail === 'pending' ? ExitCode.partial : ExitCode.done
  },
}
