import type { Clock } from '../../clock.js'
import { MINUTE_MS } from '../../utc.js'

/** How long RFC 5321 (4.5.3.2) lets a mail server take, in ms; steps that it does not name get five minutes. */
export const ANSWER_MS = {
  other: 5 * MINUTE_MS,
  DATA: 2 * MINUTE_MS,
  'a part of the mail': 3 * MINUTE_MS,
  'the end of the mail': 10 * MINUTE_MS,
} as const

const answerMs = (step: string): number =>
  step in ANSWER_MS ? ANSWER_MS[step as keyof typeof ANSWER_MS] : ANSWER_MS.other

const COMMANDS = ['EHLO', 'HELO', 'STARTTLS', 'AUTH', 'MAIL', 'RCPT', 'DATA', 'QUIT']

/** A last reply, in the terms of nodemailer's errors. */
export interface Farewell {
  readonly response: string
  readonly responseCode: number
  readonly command: string
}

/** Nodemailer logs each command and each whole reply, with passwords masked. */
type Logged = (entry: { readonly tnx?: string }, text?: unknown) => void

/**
 * Where an SMTP session stands: what the server owes an answer to, and whether the whole mail has been handed over. Its
 * `silence` aborts when the server takes longer than RFC 5321 allows. Reads along as nodemailer's logger.
 */
export class Conversation implements Disposable {
  readonly logger: Record<'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal', Logged>
  /** Whether the server lets anybody log in, as far as is known. */
  offersLogin = true
  readonly #clock: Clock
  readonly #silence = new AbortController()
  #awaited: string[] = ['the connect']
  #timer: NodeJS.Timeout | undefined
  #isHandedOver = false
  #farewell: Farewell | undefined

  constructor(clock: Clock) {
    this.#clock = clock
    const read: Logged = ({ tnx }, text) => {
      if (tnx === 'client') this.#awaited.push(commandOf(String(text)))
      else if (tnx === 'server') this.#answered(String(text))
      else return
      this.#watch()
    }
    const pass: Logged = () => undefined
    this.logger = { trace: pass, debug: read, info: pass, warn: pass, error: pass, fatal: pass }
    this.#watch()
  }

  get silence(): AbortSignal {
    return this.#silence.signal
  }

  /** What is waited for: `MAIL`, `the greeting`, `the end of the mail`. */
  get step(): string {
    return this.#awaited[0] ?? 'the next step'
  }

  /** How long the server may take for it, in s of the clock. */
  get stepSeconds(): number {
    return answerMs(this.step) / 1000
  }

  /** What the server said last, where it said that it hangs up (421). */
  get farewell(): Farewell | undefined {
    return this.#farewell
  }

  /** The last line of the mail, a lone dot, may have reached the server: without its answer nobody knows what became of the mail. */
  get isHandedOver(): boolean {
    return this.#isHandedOver
  }

  /** The session goes on to a step that no command begins. */
  await(step: 'the greeting' | 'a part of the mail' | 'the end of the mail'): void {
    this.#isHandedOver ||= step === 'the end of the mail'
    this.#awaited = [step]
    this.#watch()
  }

  #answered(reply: string): void {
    if (reply.startsWith('421')) this.#farewell = { response: reply, responseCode: 421, command: this.step }
    this.#awaited.shift()
  }

  #watch(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(
      () => {
        this.#silence.abort()
      },
      this.#clock.socketMs(answerMs(this.step)),
    )
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }
}

/** A line that is no command belongs to a login. */
function commandOf(line: string): string {
  const word = line.split(/[ :]/, 1).join()
  return COMMANDS.includes(word) ? word : 'AUTH'
}
