import { ExitCode, OperatorError } from '../operator-error.js'
import { SECOND_MS } from '../utc.js'
import { refuseFoldersOfOthers } from './own-folders.js'
import { mailPart } from './mail-part.js'
import { mailPassword } from './secrets.js'
import type { CommonFlags, Verb } from './verb.js'

interface Flags extends CommonFlags {
  readonly unit?: string
  readonly result?: string
}

/** systemd may start the unit again only when this has ended. */
const LONGEST_MS = 10 * SECOND_MS

export const alert: Verb<Flags> = {
  name: 'alert',
  summary: 'mail that a unit of systemd has failed; run by OnFailure= of the units',
  options: [
    ['--unit <name>', 'which unit, such as collector-collect.service'],
    ['--result <word>', "systemd's $SERVICE_RESULT: of success nothing is told"],
  ],
  exitCodes: {
    0: 'mailed, or mailed before, or mail is off',
    1: 'failed',
    2: 'wrong usage or settings',
    3: 'the mail could not be sent yet: it waits for the next run',
  },
  async run({ unit, result, ...flags }, world) {
    if (!unit) throw new OperatorError('--unit is missing: it wants the name of a unit', { exitCode: ExitCode.usage })
    const unsaid = (mail: string) => {
      if (flags.json) world.stdout.write(`${JSON.stringify({ unit, mail, sent: 0, waiting: 0 })}\n`)
      return ExitCode.done
    }
    if (result === 'success') return unsaid('not-needed')
    const { alertPlace, openIncident, settleIncidents } = await import('../health/alerts.js')
    const { sendWaitingMails } = await import('../health/mail/send-waiting-mails.js')
    const { inStateFolder } = await import('../health/mail/state-folder.js')
    const { unitFailed } = await import('../health/unit-incident.js')
    const settings = await mailPart({ flag: flags.settings, ...world })
    if (!settings) return unsaid('off')
    refuseFoldersOfOthers(settings, world)
    const { stateFolder } = settings.server
    const place = alertPlace(settings.server, world.clock)
    await inStateFolder(stateFolder, () => openIncident(place, unitFailed(unit)).then(() => settleIncidents(place)))
    const password = await mailPassword(settings, world.env)
    const { mail } = settings
    const until = AbortSignal.any([world.signal, AbortSignal.timeout(LONGEST_MS)])
    const { sent, waiting } = await sendWaitingMails({ ...world, mail, password, stateFolder }, until)
    if (flags.json)
      world.stdout.write(`${JSON.stringify({ unit, mail: waiting > 0 ? 'pending' : 'done', sent, waiting })}\n`)
    if (waiting === 0) return ExitCode.done
    world.log.warn({ waiting, stateFolder }, 'mails wait in the outbox for the next run')
    return ExitCode.partial
  },
}
