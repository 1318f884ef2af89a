import { createHash } from 'node:crypto'
import type { Clock } from '../../clock.js'
import { makeFolder } from '../../durable/folder.js'
import { takeLock } from '../../durable/lock.js'
import { CorruptStateError } from '../../durable/state-file.js'
import type { Log } from '../../log.js'
import type { MailSettings } from '../../settings/settings.js'
import type { Mail } from './mail.js'
import { isRefusalOfOneMail, mailFault } from './mail-fault.js'
import { mailTransport } from './mail-transport.js'
import { outboxFolder, readMail, removeMail, waitingMails, type WaitingMail } from './outbox.js'
import { inStateFolder } from './state-folder.js'

/** What sending needs. */
export interface Postman {
  readonly mail: MailSettings
  /** Where `[mail] user` is set. */
  readonly password: string | undefined
  readonly stateFolder: string
  readonly clock: Clock
  readonly log: Log
}

/**
 * Send what waits in the outbox, oldest first, and remove what the mail server accepted. A mail that can't be sent stays
 * for the next run, and the log says why and what to do; the mail server's faults are never thrown. One run at a time
 * sends; another one leaves the mails to it. A crash between acceptance and removal sends a mail twice, with the same
 * Message-ID.
 * @throws OperatorError where the state folder can't be used
 */
export async function sendWaitingMails(
  postman: Postman,
  signal: AbortSignal,
): Promise<{ sent: number; waiting: number }> {
  const { stateFolder } = postman
  return inStateFolder(stateFolder, async () => {
    await makeFolder(outboxFolder(stateFolder))
    await using lock = await takeLock(stateFolder, 'send-mail', postman.clock)
    const sent = lock ? await sendAll(postman, await waitingMails(stateFolder), signal) : 0
    return { sent, waiting: (await waitingMails(stateFolder)).length }
  })
}

async function sendAll(postman: Postman, waiting: readonly WaitingMail[], signal: AbortSignal): Promise<number> {
  let sent = 0
  for (const place of waiting) {
    if (signal.aborted) break
    const outcome = await sendOne(postman, place, signal)
    if (outcome === 'sent') sent += 1
    if (outcome === 'server-fault') break
  }
  return sent
}

async function sendOne(
  postman: Postman,
  place: WaitingMail,
  signal: AbortSignal,
): Promise<'sent' | 'left' | 'server-fault'> {
  const { log, stateFolder, mail: settings } = postman
  const left = (why: string) => {
    log.error({ about: place.about, waiting: place.path }, `mail not sent, kept for the next run: ${why}`)
  }
  const mail = await readMail(place).catch((error: unknown) => {
    if (!(error instanceof CorruptStateError)) throw error
    left(error.message)
    return undefined
  })
  if (!mail) return 'left'
  try {
    const refused = await deliver(postman, mail, place.since, signal)
    log.info({ about: place.about, to: settings.to }, 'mail sent')
    if (refused.length > 0) log.warn({ about: place.about, refused }, 'some receivers were refused: check [mail] to')
  } catch (error) {
    if (signal.aborted) return 'left'
    left(mailFault(error, settings))
    return isRefusalOfOneMail(error) ? 'left' : 'server-fault'
  }
  await removeMail(stateFolder, place)
  return 'sent'
}

/** @returns the receivers that the mail server refused, where it took the mail for others */
async function deliver(
  { mail: settings, password, clock }: Postman,
  mail: Mail,
  since: number,
  signal: AbortSignal,
): Promise<string[]> {
  const transport = await mailTransport(settings, password, clock)
  const id = createHash('sha256')
    .update(`${since}\n${JSON.stringify(mail)}`)
    .digest('hex')
    .slice(0, 32)
  try {
    const { rejected } = await transport.sendMail({
      from: settings.from,
      to: [...settings.to],
      subject: mail.subject,
      text: mail.text,
      attachments: (mail.attachments ?? []).map((attachment) => ({
        ...attachment,
        contentType: 'text/plain; charset=utf-8',
      })),
      date: new Date(since),
      messageId: `<${id}@${/@([^>]*)/.exec(settings.from)?.[1] ?? 'collector'}>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
      signal,
    })
    return rejected
  } finally {
    transport.close()
  }
}
