import { spawn, type ChildProcess } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { OperatorError } from '../operator-error.js'

const MOST_LAST_WORDS = 2000

export interface ChildOptions {
  /** How to start the program: Node and main.js. */
  readonly self: readonly string[]
  readonly arguments: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** What it writes on stderr is appended here. */
  readonly logFile: string
}

/** This program, run as a process of its own. Disposing kills it, if it still runs. */
export class Child implements AsyncDisposable {
  readonly #process: ChildProcess
  readonly #options: ChildOptions
  readonly #exit: Promise<number>
  #stdout = ''
  /** The end of what it wrote on stderr. */
  #lastWords = ''

  constructor(options: ChildOptions) {
    const [command = '', ...rest] = options.self
    this.#options = options
    this.#process = spawn(command, [...rest, ...options.arguments], {
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#process.stderr?.pipe(createWriteStream(options.logFile, { flags: 'a' }))
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      this.#lastWords = (this.#lastWords + chunk.toString()).slice(-MOST_LAST_WORDS)
    })
    this.#process.stdout?.on('data', (chunk: Buffer) => (this.#stdout += chunk.toString()))
    this.#exit = once(this.#process, 'close').then(([code]) => (typeof code === 'number' ? code : -1))
  }

  /** The first line that it prints. @throws OperatorError where it ends without one */
  async firstLine(): Promise<string> {
    while (!this.#stdout.includes('\n')) {
      const ended = await Promise.race([
        this.#exit,
        once(this.#process.stdout ?? this.#process, 'data').then(() => undefined),
      ])
      if (ended !== undefined) throw this.#failure(ended)
    }
    return this.#stdout.slice(0, this.#stdout.indexOf('\n'))
  }

  /** Wait for its end. @throws OperatorError where it leaves with a code that is not among `codes` */
  async end(codes: readonly number[] = [0]): Promise<{ code: number; stdout: string }> {
    const code = await this.#exit
    if (!codes.includes(code)) throw this.#failure(code)
    return { code, stdout: this.#stdout }
  }

  /** Send a signal and wait for the end; -1 where the signal ended it. */
  async kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<number> {
    this.#process.kill(signal)
    return this.#exit
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await this.kill('SIGKILL')
  }

  #failure(code: number): OperatorError {
    const what = this.#options.arguments.join(' ')
    const lines = this.#lastWords.trimEnd().split('\n')
    const why = (lines.findLast((line) => line.startsWith('collector: ')) ?? lines.at(-1)) || 'it has not said why'
    return new OperatorError(
      `collector ${what} ended with code ${code}: ${why.replace(/^collector: /, '')} (demo --keep leaves its log, ${this.#options.logFile})`,
    )
  }
}
