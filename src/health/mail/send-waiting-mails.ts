import { createHash } from 'node:crypto'
import type { Clock } from '../../clock.js'
import { makeFolder } from '../../durable/folder.js'
import { takeLock } from '../../durable/lock.js'
import { CorruptStateError } from '../../durable/state-file.js'
import type { Log } from '../../log.js'
import { errorText } from '../../operator-error.js'
import type { MailSettings } from '../../settings/settings.js'
import { isoSeconds } from '../../utc.js'
import { orLastResort } from '../last-resort.js'
import { deliver, type Receipts } from './deliver.js'
import { afterTry, isDue, nextTryMs, owed, type DeliveryState } from './delivery-state.js'
import { letterOf } from './letter.js'
import type { Mail } from './mail.js'
import { DeliveryError, replyAdvice } from './mail-fault.js'
import { noteDelivery, outboxFolder, readMail, removeMail, setAside, waitingMails, type WaitingMail } from './outbox.js'
import { tellOfRefused } from './refused-receivers.js'
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

export interface SentMails {
  readonly sent: number
  /** Still in the outbox, whether tried or not. */
  readonly waiting: number
  /** Tried in vain just now. */
  readonly failed: number
}

/**
 * Send what waits in the outbox and is due, oldest first, and remove what the mail server has accepted for everybody. What
 * it puts off for a receiver stays for that receiver; what it refuses is told to the others and tried again seldom; so is a
 * mail that it may have delivered though its answer never came. The log says why and what to do; the mail server's faults
 * are never thrown. One run at a time sends; another one leaves the mails to it. A crash between acceptance and removal is
 * such a lost answer: the mail goes out again an hour later, with the same Message-ID.
 * @throws OperatorError where the state folder can't be used
 */
export async function sendWaitingMails(postman: Postman, signal: AbortSignal): Promise<SentMails> {
  const { stateFolder } = postman
  return inStateFolder(stateFolder, async () => {
    await using lock = await orLastResort(stateFolder, async (folder) => {
      await makeFolder(outboxFolder(folder))
      return takeLock(folder, 'send-mail', postman.clock)
    })
    const done = { sent: 0, failed: 0 }
    if (lock) await sendAll(postman, done, signal)
    return { ...done, waiting: (await waitingMails(stateFolder)).length }
  })
}

async function sendAll(postman: Postman, done: { sent: number; failed: number }, signal: AbortSignal): Promise<void> {
  const seen = new Set<string>()
  for (;;) {
    // Anew each time: a refused receiver makes a mail to the others.
    const place = (await waitingMails(postman.stateFolder)).find(({ path }) => !seen.has(path))
    if (!place || signal.aborted) return
    seen.add(place.path)
    const outcome = await new Sending(postman, place).send(signal)
    if (outcome === 'sent') done.sent += 1
    if (outcome === 'failed' || outcome === 'server-fault') done.failed += 1
    if (outcome === 'server-fault') return
  }
}

/** `left`: not touched, for it is not time, or it can't be read. */
type Outcome = 'sent' | 'left' | 'failed' | 'server-fault'

/** Write down what is known of the delivery; `undefined` where nothing is. */
type Note = (delivery: DeliveryState | undefined) => Promise<void>

/** One waiting mail on its way. */
class Sending {
  readonly #postman: Postman
  readonly #place: WaitingMail
  /** Who sends to whom: with other settings waits and refusals are void. */
  readonly #by: string

  constructor(postman: Postman, place: WaitingMail) {
    const { host, port, security, user, from, to } = postman.mail
    this.#postman = postman
    this.#place = place
    this.#by = createHash('sha256')
      .update(JSON.stringify([host, port, security, user, from, to]))
      .digest('hex')
      .slice(0, 16)
  }

  async send(signal: AbortSignal): Promise<Outcome> {
    const mail = await this.#read()
    if (!mail) return 'left'
    const { delivery, ...content } = mail
    const before = delivery?.by === this.#by ? delivery : delivery && { ...delivery, refused: {} }
    const receivers = owed(before, this.#postman.mail.to)
    if (receivers.length === 0) return this.#finish(mail, before)
    if (delivery && before === delivery) {
      if (nextTryMs(delivery, this.#place.since) === undefined) return this.#giveUp(delivery)
      if (!isDue(delivery, this.#place.since, this.#postman.clock.now())) return 'left'
    }
    return this.#try(content, before, receivers, signal)
  }

  async #read(): Promise<Mail | undefined> {
    try {
      return await readMail(this.#place)
    } catch (error) {
      if (!(error instanceof CorruptStateError)) throw error
      this.#tell('error', `mail not sent, kept for the next run: ${error.message}`)
      return undefined
    }
  }

  async #try(
    mail: Mail,
    before: DeliveryState | undefined,
    receivers: string[],
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { since } = this.#place
    const note: Note = (delivery) => noteDelivery(this.#postman.stateFolder, this.#place, mail, delivery)
    let noted: Promise<void> | undefined
    try {
      const letter = await letterOf(mail, since, this.#postman.mail)
      // Noted beforehand, so that a process that dies while the answer is on its way makes no endless doubles. Where even
      // memory can't be written, the mail is sent all the same.
      const beforeLetter = () => (noted = note(this.#after(before, { fate: 'unknown' })).catch(() => undefined))
      // A server may break off while that is being written.
      const receipts = await deliver({ ...this.#postman, letter, receivers, beforeLetter }, signal).finally(() => noted)
      return await this.#settle(mail, before, receipts, note)
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error
      // Half a mail is delivered to nobody.
      if (noted && error.fate === 'not-sent') await note(before)
      return this.#failed(before, error, note, signal)
    }
  }

  async #settle(mail: Mail, before: DeliveryState | undefined, receipts: Receipts, note: Note): Promise<Outcome> {
    const { accepted, refused, deferred } = receipts
    const { stateFolder, clock, mail: settings } = this.#postman
    const had = before?.accepted ?? []
    if (accepted.length + deferred.size + had.length === 0) {
      const words = [...refused].map(([receiver, said]) => `${receiver}: ${said}`).join('; ')
      const advice = replyAdvice([...refused.values()][0] ?? '', 550, 'RCPT', settings)
      const why = `the mail server ${settings.host}:${settings.port} refused every receiver (${words}): ${advice}`
      return this.#failed(before, new DeliveryError('refused', why, { isOfOneMail: true }), note, undefined)
    }
    const after = this.#after(before, { fate: 'deferred', accepted, refused })
    await note(after)
    if (accepted.length > 0) this.#tell('info', 'mail sent', { to: accepted })
    for (const [receiver, words] of refused)
      this.#tell('warn', `${receiver} was refused (${words}): ${replyAdvice(words, 550, 'RCPT', settings)}`, {
        refused: [receiver],
      })
    for (const [receiver, words] of deferred)
      this.#tell('warn', `${receiver} is put off (${words}): the next run tries again, nothing need be changed`)
    await tellOfRefused(stateFolder, { accepted, refused }, clock.now())
    return deferred.size > 0 ? 'failed' : this.#finish(mail, after)
  }

  /** Everybody has it who will. Where it can't be taken out of the outbox it is noted that nobody is to get it again. */
  async #finish(mail: Mail, delivery: DeliveryState | undefined): Promise<Outcome> {
    const { stateFolder } = this.#postman
    try {
      await removeMail(stateFolder, this.#place)
    } catch (error) {
      this.#tell('warn', `mail sent, but it can't be taken out of the outbox (${errorText(error)})`)
      if (delivery) await noteDelivery(stateFolder, this.#place, mail, delivery)
    }
    return 'sent'
  }

  async #failed(
    before: DeliveryState | undefined,
    { fate, message, isOfOneMail }: DeliveryError,
    note: Note,
    signal: AbortSignal | undefined,
  ): Promise<Outcome> {
    if (fate === 'not-sent') {
      // Whoever stops the program needs no reason; whoever has no time to wait gets one.
      if (!signal?.aborted || isTimeout(signal)) this.#tell('error', `mail not sent, kept for the next run: ${message}`)
      return signal?.aborted && !isTimeout(signal) ? 'left' : 'server-fault'
    }
    const after = this.#after(before, { fate })
    await note(after)
    const next = nextTryMs(after, this.#place.since)
    const nowMs = this.#postman.clock.now()
    const when =
      next === undefined
        ? 'the next run gives it up'
        : next <= nowMs
          ? 'kept for the next run'
          : `tried again ${isoSeconds(next)}`
    const what = fate === 'unknown' ? 'mail perhaps delivered' : 'mail not sent'
    this.#tell(
      fate === 'unknown' ? 'warn' : 'error',
      `${what}, ${when}${fate === 'unknown' ? ' with the same Message-ID' : ''}: ${message}`,
    )
    return isOfOneMail ? 'failed' : 'server-fault'
  }

  async #giveUp({ fate, tries }: DeliveryState): Promise<Outcome> {
    const kept = await setAside(this.#postman.stateFolder, this.#place)
    const why = { refused: 'refused it', deferred: 'put it off', unknown: 'left it without an answer' }[fate]
    this.#tell(
      'error',
      `mail given up: the mail server has ${why} ${tries} times; it lies in ${kept}: move it back into the outbox to have it sent again`,
    )
    return 'left'
  }

  #after(before: DeliveryState | undefined, tried: Parameters<typeof afterTry>[1]): DeliveryState {
    const known = before?.by === this.#by ? before : before && { ...before, tries: 0 }
    return afterTry(known, tried, { at: new Date(this.#postman.clock.now()).toISOString(), by: this.#by })
  }

  #tell(level: 'info' | 'warn' | 'error', words: string, more: Record<string, unknown> = {}): void {
    const { about, path } = this.#place
    this.#postman.log[level]({ about, ...(level !== 'info' && { waiting: path }), ...more }, words)
  }
}

const isTimeout = ({ reason }: AbortSignal): boolean => (reason as Error | undefined)?.name === 'TimeoutError'
