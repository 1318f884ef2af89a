import type { Outcome } from '../health/verb-incident.js'
import { errorText, ExitCode } from '../operator-error.js'
import type { MailPart } from '../settings/load-settings.js'
import { SettingsError } from '../settings/settings-fault.js'
import { SECOND_MS } from '../utc.js'
import { hasFoldersOfOthers } from './own-folders.js'
import { complain } from './complaint.js'
import { mailPart } from './mail-part.js'
import { mailPassword } from './secrets.js'
import type { CommonFlags, VerbWorld } from './verb.js'

/** So long a command may try to send before it ends. */
const LONGEST_MS = 10 * SECOND_MS

/**
 * Mail how a command ended, where that is news: once an incident, and once when it is over. What can't be sent waits in
 * the outbox. Never throws: that nobody can be told is logged.
 */
export async function mailOutcome(outcome: Outcome, { settings: flag }: CommonFlags, world: VerbWorld): Promise<void> {
  const { log, stderr } = world
  // Whoever sits before the terminal sees it; only that all is well again may be news for others.
  if (stderr.isTTY && (outcome.exitCode !== ExitCode.done || outcome.warnings.length > 0)) return
  try {
    const settings = await mailPart({ flag, ...world })
    // A file of root's in there would shut out its owner, whose runs are what mails are for.
    if (settings && !hasFoldersOfOthers(settings)) await tell(outcome, settings, world)
  } catch (error) {
    if (error instanceof SettingsError)
      complain(world, 'nobody is mailed of this, for [mail] or [server] state_folder has faults too')
    else if (outcome.exitCode !== ExitCode.usage) log.error(`nobody is mailed of how this ended: ${errorText(error)}`)
  }
}

async function tell(outcome: Outcome, settings: MailPart, world: VerbWorld): Promise<void> {
  const { alertPlace, settleIncidents } = await import('../health/alerts.js')
  const { inStateFolder } = await import('../health/mail/state-folder.js')
  const { noteOutcome } = await import('../health/verb-incident.js')
  const { stateFolder } = settings.server
  const place = alertPlace(settings.server, world.clock)
  await inStateFolder(stateFolder, async () => {
    await noteOutcome(place, outcome)
    await settleIncidents(place)
  })
  await sendWaiting(settings, world)
}

async function sendWaiting(settings: MailPart, world: VerbWorld): Promise<void> {
  const { mail, server } = settings
  const { stateFolder } = server
  const { waitingMails } = await import('../health/mail/outbox.js')
  if ((await waitingMails(stateFolder)).length === 0) return
  const { sendWaitingMails } = await import('../health/mail/send-waiting-mails.js')
  const password = await mailPassword(settings, world.env)
  await sendWaitingMails({ ...world, mail, password, stateFolder }, AbortSignal.timeout(LONGEST_MS))
}
