import { errorText, ExitCode, OperatorError } from '../operator-error.js'
import { refuseFoldersOfOthers } from './own-folders.js'
import { isCredential } from '../settings/secret.js'
import { mailPassword, readAnew, xToken } from './secrets.js'
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
    0: 'stopped by a signal, or ended to be started anew with another token; everything is sealed',
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
    const { env, log } = world
    const token = readAnew(() => xToken(settings, env), await xToken(settings, env), log)
    // Without a password mails wait; the tweets would not.
    const password = readAnew(() => mailPassword(settings, env), undefined, log)
    let changed = new AbortController()
    using _reloads = world.reloads?.listen(() => {
      log.info('reading the secrets and the log level anew')
      changed.abort()
      changed = new AbortController()
      void verbSettings(flags, world).catch((error: unknown) => {
        log.error(`${errorText(error)}; going on with the settings as they were`)
      })
    })
    const notify = systemdNotify(world.env, world.log)
    try {
      await collectStream({
        ...{ ...world, settings, token, mailPassword: password, notify },
        changed: () => changed.signal,
        endsWhenRefused: notify !== undefined && (await isCredential('x_bearer_token', env)),
        logLost: () => world.stderr.lost,
      })
      return ExitCode.done
    } catch (error) {
      const isHeld = error instanceof OperatorError && error.exitCode === ExitCode.temporary
      if (flags.unlessRunning && isHeld) return ExitCode.temporary
      throw error
    }
  },
}
