import { errorText, ExitCode } from '../operator-error.js'
import { loadSettings } from '../settings/load-settings.js'
import { mailPassword, xToken } from './secrets.js'
import type { Verb } from './verb.js'

export const collect: Verb = {
  name: 'collect',
  summary: 'keep one connection to the stream and file every tweet under its minute; runs until stopped',
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
    const settings = await loadSettings({ flag: flags.settings, ...world })
    const token = await xToken(settings, world.env)
    const password = await mailPassword(settings, world.env).catch((error: unknown) => {
      // Mails wait then; the tweets would not.
      world.log.error(errorText(error))
      return undefined
    })
    const notify = systemdNotify(world.env, world.log)
    await collectStream({ ...world, settings, token, mailPassword: password, ...(notify && { notify }) })
    return ExitCode.done
  },
}
