import { errorText, ExitCode, OperatorError } from '../operator-error.js'
import { refuseFoldersOfOthers } from './own-folders.js'
import { mailPassword, xToken } from './secrets.js'
import { verbSettings } from './verb-settings.js'
import type { CommonFlags, Verb } from './verb.js'

interface Flags extends CommonFlags {
  readonly unlessRunning?: boolean
}

export const collect: Verb<Flags> = {
  name: 'collect',
  summary: 'keep one connection to the stream and file every tweet under its minute; runs until stopped',
  options: [['--unless-running', 'where another collector has the spool, leave without a word; for cron']],
  exitCodes: {
    0: 'stopped by a signal; everything is sealed',
    1: 'failed: the message says why; what was written is kept',
    2: 'wrong usage or settings',
    75: 'another collector holds the spool',
  },
  unattended: { staysOn: true },
  async run(flags, world) {
    const { collect: collectStream } = await import('../collecting/collect.js')
    const { systemdNotify } = await import('../collecting/systemd-notify.js')
    const settings = await verbSettings(flags, world)
    refuseFoldersOfOthers(settings, world)
    const token = await xToken(settings, world.env)
    const password = await mailPassword(settings, world.env).catch((error: unknown) => {
      // Mails wait then; the tweets would not.
      world.log.error(errorText(error))
      return undefined
    })
    const notify = systemdNotify(world.env, world.log)
    try {
      await collectStream({ ...world, settings, token, mailPassword: password, ...(notify && { notify }) })
      return ExitCode.done
    } catch (error) {
      const isHeld = error instanceof OperatorError && error.exitCode === ExitCode.temporary
      if (flags.unlessRunning && isHeld) return ExitCode.temporary
      throw error
    }
  },
}
