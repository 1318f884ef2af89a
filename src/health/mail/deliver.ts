import { Readable } from 'node:stream'
import type SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { Clock } from '../../clock.js'
import type { MailSettings } from '../../settings/settings.js'
import { SECOND_MS } from '../../utc.js'
import { Conversation } from './conversation.js'
import { bareAddress } from './letter.js'
import { DeliveryError, deliveryFault, replyWords } from './mail-fault.js'
import { beginsWithTls, leave, openConnection } from './mail-server.js'

/** After so long without a greeting it is worth a look whether the server waits for TLS. */
const TLS_LOOK_MS = 15 * SECOND_MS
const CHUNK_BYTES = 16 * 1024

/** What a mail server did with a mail, receiver by receiver, as the settings name them. */
export interface Receipts {
  readonly accepted: readonly string[]
  /** Never to be sent to again (5xx), with the server's words. */
  readonly refused: ReadonlyMap<string, string>
  /** To be sent to again later (4xx), with the server's words. */
  readonly deferred: ReadonlyMap<string, string>
}

export interface Delivery {
  readonly letter: Buffer
  /** Those of the settings' receivers that are to get it. */
  readonly receivers: readonly string[]
  readonly mail: MailSettings
  readonly password: string | undefined
  readonly clock: Clock
  /** Awaited before the first byte of the mail: from then on it may be delivered though no answer says so. */
  readonly beforeLetter: () => Promise<void>
}

/**
 * Bring one mail to the mail server, on a connection of its own, with the patience that RFC 5321 asks for.
 * @throws DeliveryError where the server took it for nobody, or its answer never came
 */
export async function deliver(delivery: Delivery, signal: AbortSignal): Promise<Receipts> {
  const { mail, clock } = delivery
  using conversation = new Conversation(clock)
  using until = untilGivenUp(conversation, delivery, signal)
  let connection: SMTPConnection | undefined
  let isDone = false
  try {
    connection = await openConnection(mail, conversation, until.signal)
    const receipts = await converse(connection, delivery, conversation, until.signal)
    isDone = true
    return receipts
  } catch (error) {
    throw deliveryFault(error, mail, { conversation, signal })
  } finally {
    if (connection) leave(connection, isDone)
  }
}

/** The silence of a server that waits for TLS has its reason told, long before its time is over. */
function untilGivenUp(conversation: Conversation, { mail, clock }: Delivery, signal: AbortSignal) {
  const found = new AbortController()
  const until = AbortSignal.any([signal, conversation.silence, found.signal])
  const look = async () => {
    if (conversation.step !== 'the greeting' || mail.security === 'tls') return
    if (await beginsWithTls(mail, AbortSignal.any([until, AbortSignal.timeout(TLS_LOOK_MS)])))
      found.abort(
        new DeliveryError(
          'not-sent',
          `the mail server ${mail.host}:${mail.port} waits for TLS at once, [mail] security = ${mail.security} begins without: set security = tls, or the port that speaks STARTTLS (often 587)`,
        ),
      )
  }
  const timer = setTimeout(() => void look(), clock.socketMs(TLS_LOOK_MS))
  return {
    signal: until,
    [Symbol.dispose]: () => {
      clearTimeout(timer)
    },
  }
}

type Done = (error?: Error | null, result?: unknown) => void

async function converse(
  connection: SMTPConnection,
  delivery: Delivery,
  conversation: Conversation,
  signal: AbortSignal,
): Promise<Receipts> {
  const broken = breaking(connection, conversation, signal)
  const step = (take: (done: Done) => void) =>
    Promise.race([
      broken,
      new Promise<unknown>((resolve, reject) => {
        take((error, result) => {
          if (error) reject(error)
          else resolve(result)
        })
      }),
    ])
  const { mail, password, receivers } = delivery
  await step((done) => {
    connection.connect(done)
  })
  conversation.offersLogin = connection.allowsAuth
  if (mail.user !== undefined && connection.allowsAuth)
    await step((done) => {
      connection.login({ user: mail.user, pass: password ?? '' }, done)
    })
  const envelope = { from: bareAddress(mail.from), to: receivers.map(bareAddress), size: delivery.letter.length }
  const letter = Readable.from(partsOf(delivery, conversation), { objectMode: false })
  try {
    const info = await step((done) => {
      connection.send(envelope, letter, done)
    })
    return receiptsOf(info as Told, receivers)
  } catch (error) {
    // All receivers were refused, each with words of its own: that is an answer too.
    const told = error as Told
    if (told.rejectedErrors && !conversation.isHandedOver) return receiptsOf({ ...told, accepted: [] }, receivers)
    throw error
  } finally {
    letter.destroy()
  }
}

/** Rejects when the connection breaks or `signal` aborts. */
function breaking(connection: SMTPConnection, conversation: Conversation, signal: AbortSignal): Promise<never> {
  const broken = new Promise<never>((_, reject) => {
    connection.once('error', reject)
    connection.once('end', () => {
      reject(Object.assign(new Error('the connection was closed'), conversation.farewell))
    })
    const stop = () => {
      reject(signal.reason as Error)
    }
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
  broken.catch(() => undefined)
  return broken
}

async function* partsOf({ letter, beforeLetter }: Delivery, conversation: Conversation): AsyncGenerator<Buffer> {
  await beforeLetter()
  for (let at = 0; at < letter.length; at += CHUNK_BYTES) {
    conversation.await('a part of the mail')
    yield letter.subarray(at, at + CHUNK_BYTES)
  }
  conversation.await('the end of the mail')
}

/** What nodemailer tells of the receivers. */
interface Told {
  readonly accepted: readonly string[]
  readonly rejectedErrors?: readonly {
    readonly recipient?: string
    readonly responseCode?: number
    readonly response?: string | false
  }[]
}

function receiptsOf({ accepted, rejectedErrors = [] }: Told, receivers: readonly string[]): Receipts {
  const refused = new Map<string, string>()
  const deferred = new Map<string, string>()
  for (const { recipient, responseCode = 0, response } of rejectedErrors) {
    const receiver = receivers.find((one) => bareAddress(one) === recipient)
    if (receiver !== undefined) (responseCode >= 500 ? refused : deferred).set(receiver, replyWords(response))
  }
  return { accepted: receivers.filter((one) => accepted.includes(bareAddress(one))), refused, deferred }
}
