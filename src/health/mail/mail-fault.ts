import { errorCode, errorText, OperatorError } from '../../operator-error.js'
import { printable } from '../../printable.js'
import type { MailSettings } from '../../settings/settings.js'
import type { Conversation } from './conversation.js'

/**
 * What became of a mail that was not accepted.
 * - `not-sent`: the server was not reached, or broke off before it had the whole mail
 * - `deferred`: it refused for now (4xx); `refused`: it refused (5xx), and will refuse the same again
 * - `unknown`: it had the whole mail and gave no answer: it may deliver it
 */
export type Fate = 'not-sent' | 'deferred' | 'refused' | 'unknown'

/** Why a mail was not accepted by the mail server, as one line with the next step. */
export class DeliveryError extends OperatorError {
  readonly fate: Fate
  /** Others may still pass: what was refused is this one mail. */
  readonly isOfOneMail: boolean

  constructor(
    fate: Fate,
    message: string,
    { isOfOneMail = false, cause }: { isOfOneMail?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause })
    this.fate = fate
    this.isOfOneMail = isOfOneMail
  }
}

const MOST_LETTERS = 300

/** A stranger's words on one line, without anything that a terminal would obey. */
export const replyWords = (text: unknown): string =>
  printable((typeof text === 'string' ? text : '').replaceAll(/\s+/g, ' ').trim(), MOST_LETTERS)

/** What nodemailer, Node and OpenSSL tell of a fault. */
interface Told {
  readonly code?: string
  readonly originalCode?: string
  readonly command?: string
  readonly response?: string | false
  readonly responseCode?: number
  readonly errors?: readonly unknown[]
}

/** The error that `error` stands for, at this point of the session. */
export function deliveryFault(
  error: unknown,
  mail: MailSettings,
  { conversation, signal }: { conversation: Conversation; signal: AbortSignal },
): DeliveryError {
  if (error instanceof DeliveryError) return error
  const server = `the mail server ${mail.host}:${mail.port}`
  const { isHandedOver, silence, step } = conversation
  const told = (error ?? {}) as Told
  const code = told.responseCode ?? 0
  const isAnswer = code >= 400 && code <= 599
  if (isHandedOver && !isAnswer) {
    const how = silence.aborted
      ? `gave no answer within ${conversation.stepSeconds} s`
      : `gave no answer (${wordsOf(error)})`
    return new DeliveryError('unknown', `${server} got the whole mail and ${how}: it may deliver it, or not`)
  }
  if (isAnswer) return refusal(server, told, code, mail, conversation)
  if (error instanceof OperatorError) return new DeliveryError('not-sent', error.message)
  if (silence.aborted) return new DeliveryError('not-sent', `${server} ${silent(conversation, mail)}`)
  if (signal.aborted)
    return new DeliveryError(
      'not-sent',
      `${server} had not come further than ${step} when the time for it was over: look whether it is slow, or the port wrong`,
    )
  if (told.code === 'EMESSAGE')
    return new DeliveryError(
      'refused',
      `${server} takes no mail of this size (${wordsOf(error)}): ask whoever runs it`,
      { isOfOneMail: true },
    )
  return new DeliveryError('not-sent', `${server} ${unreached(told, error, mail)}`)
}

function silent({ step, stepSeconds }: Conversation, { security, port }: MailSettings): string {
  const advice =
    step === 'the greeting' && security !== 'tls'
      ? 'check [mail] port; one that begins with TLS (465) needs security = tls'
      : 'look whether it is overloaded, or something on the way swallows what is sent'
  return `said nothing for ${stepSeconds} s at ${step}: ${advice}${port === 25 ? ' (many networks block port 25)' : ''}`
}

/** The server said no, with a code. */
function refusal(
  server: string,
  { command = '', response }: Told,
  code: number,
  mail: MailSettings,
  { offersLogin }: Conversation,
): DeliveryError {
  const words = replyWords(response)
  const verb = command.split(' ', 1).join()
  // What is wrong with the session is no verdict on a mail.
  const isOfSession = !['MAIL', 'RCPT', 'DATA'].includes(verb)
  const fate = isOfSession ? 'not-sent' : code >= 500 ? 'refused' : 'deferred'
  const what = verb === 'STARTTLS' ? 'does not turn to TLS' : `refused ${refused(verb, mail)}`
  const advice = replyAdvice(words, code, verb, mail, offersLogin)
  // A smaller mail may pass where this one is too large.
  const isOfOneMail = code !== 421 && (verb === 'DATA' || (verb === 'MAIL' && isOfSize(words, code)))
  return new DeliveryError(fate, `${server} ${what} (${words}): ${advice}`, { isOfOneMail })
}

function refused(verb: string, { user, from }: MailSettings): string {
  if (verb === 'AUTH') return `the user ${user ?? ''}`
  if (verb === 'MAIL') return `the sender ${from}`
  if (verb === 'DATA') return 'the mail'
  return verb === 'CONN' ? 'the connection' : `at ${verb}`
}

const LATER = 'it puts this off for a while: nothing need be changed, the next run tries again'
const NAME = 'it does not like the name that this machine gives: set [mail] ehlo_name to its full name in the DNS'

/** What helps against a reply: its words count before its code, for servers use codes freely. */
export function replyAdvice(words: string, code: number, verb: string, mail: MailSettings, offersLogin = true): string {
  const text = words.slice(3)
  const { security, from } = mail
  if (verb === 'STARTTLS')
    return code < 500 ? LATER : `[mail] security = ${security} demands it; check port and security`
  if (/starttls|\btls\b|encrypt|\bssl\b/i.test(text) && security === 'none' && code !== 421)
    return 'it wants an encrypted connection: set [mail] security = starttls'
  if (['HELO', 'EHLO'].includes(verb)) return nameAdvice(text, code, verb, mail)
  if (/\b(helo|ehlo|host ?name|fqdn)\b/i.test(text)) return NAME
  if (verb === 'AUTH' || code === 535 || code === 534) return loginAdvice(code)
  if (code === 421 || (code < 500 && !isAuthWanted(text))) return LATER
  if (code === 530 || isAuthWanted(text)) return authAdvice(mail, offersLogin)
  if (/relay/i.test(text))
    return 'it does not pass on mail of this machine: set [mail] user and password_file, or ask whoever runs it'
  if (/\bblock|black-?list|\bdnsbl\b|\brbl\b|spamhaus|reputation|client host/i.test(text))
    return "it takes no mail from this machine's address: ask whoever runs it, or send by another server ([mail] host)"
  if (isOfSize(words, code) || /quota|full/i.test(text))
    return 'the mail is too large for it, or a mailbox is full: ask whoever runs it'
  if (code === 503 || code === 555) return 'ask whoever runs it'
  if (verb === 'MAIL') return `it does not take mail from ${from}: check [mail] from`
  if (verb === 'RCPT') return 'check [mail] to'
  return 'ask whoever runs it'
}

const isOfSize = (words: string, code: number): boolean =>
  code === 552 || /\bsize\b|too (big|large)/i.test(words.slice(3))

/** Of a refusal at EHLO or HELO. */
function nameAdvice(text: string, code: number, verb: string, { security }: MailSettings): string {
  if (code === 421 && !/\b(helo|ehlo|host ?name|fqdn|name)\b/i.test(text))
    return `${LATER}; if it stays so, set [mail] ehlo_name to this machine's full name in the DNS`
  // Unknown, or not implemented: an old server, or none for mail.
  if (verb === 'EHLO' && code >= 500 && code <= 504 && security === 'starttls')
    return 'it knows no EHLO, and so no STARTTLS, which [mail] security = starttls demands: check [mail] host and port'
  return NAME
}

function loginAdvice(code: number): string {
  if (code < 500) return 'it can check no login now: the next run tries again'
  if (code <= 504) return 'it knows no login by user and password: ask whoever runs it for one that programs can use'
  return 'check [mail] user and password_file'
}

function authAdvice({ user, from, security }: MailSettings, offersLogin: boolean): string {
  if (user === undefined) return 'it wants a login: set [mail] user and password_file'
  if (!offersLogin)
    return `it wants a login and offers none with [mail] security = ${security}: check security and port (mostly starttls and 587)`
  return `it does not let the user ${user} send as ${from}: check [mail] user, password_file and from`
}

const isAuthWanted = (text: string): boolean => /authenticat|\bauth\b|log ?in\b|5\.7\.0/i.test(text)

/** There was no conversation, or it broke. */
function unreached(told: Told, error: unknown, { security, port }: MailSettings): string {
  const words = wordsOf(error)
  const code = told.originalCode ?? told.code ?? ''
  if (/wrong version number|packet length too long|unknown protocol|http request/i.test(words))
    return security === 'tls'
      ? `does not begin with TLS (${words}): set [mail] security = starttls, or the port for TLS (465)`
      : `does not speak TLS after STARTTLS (${words}): ask whoever runs it`
  if (/before secure TLS connection was established/i.test(words))
    return `breaks off where TLS is to begin (${words}): ask whoever runs it, its log says why`
  if (
    /unsupported protocol|protocol version|handshake failure|no shared cipher|no ciphers|key too small|inappropriate fallback/i.test(
      words,
    )
  )
    return `has no TLS that is safe today (${words}): TLS 1.2 is the least; ask whoever runs it to update it`
  if (/certificate|altnames|self.signed/i.test(words))
    return `shows a certificate that is not trusted (${words}): check [mail] host, or set [mail] ca_file`
  if (told.code === 'ETLS')
    return `does not turn to TLS (${words}): [mail] security = ${security} demands it; check port and security`
  if (told.code === 'EAUTH' || told.code === 'ENOAUTH')
    return `can't be logged in at (${words}): check [mail] user and password_file`
  if (code === 'ENOTFOUND') return `is not known by that name (${words}): check [mail] host`
  if (code === 'EAI_AGAIN')
    return `can't be looked up now (${words}): check this machine's resolver; the next run tries again`
  if (told.code === 'EPROTOCOL') return `does not answer as a mail server does (${words}): check [mail] host and port`
  return `can't be used (${words}): check [mail] host and port${port === 25 ? ' (many networks block port 25)' : ''}, and whether it runs`
}

/** Node's error for several addresses has no words of its own. */
function wordsOf(error: unknown): string {
  const { errors, code } = (error ?? {}) as Told
  const words = replyWords(errorText(error))
  if (words !== '') return words
  return replyWords(errors?.map(errorText).join('; ')) || (errorCode(error) ?? code ?? 'no reason given')
}
