import { fstatSync, writeSync } from 'node:fs'
import { errorCode } from '../operator-error.js'
import type { Printer } from './verb.js'

/** stdout or stderr as Node has it. */
type StandardStream = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns' | 'on' | 'writableLength'> & {
  readonly fd: number
}

/**
 * stdout or stderr, whose reader may end or whose disk may be full: what can't be written is dropped, and the program
 * goes on.
 */
export class SafePrinter implements Printer {
  readonly isJournal: boolean
  readonly #stream: StandardStream
  readonly #isFile: boolean
  readonly #mostWaiting: number
  #isStalled = false
  #lost: string | undefined

  /**
   * `journal` is what systemd says of the journal's stream in $JOURNAL_STREAM: `DEVICE:INODE`. More than `mostWaiting` bytes
   * don't wait for a reader that is slow, or stands still: what comes then is dropped.
   */
  constructor(stream: StandardStream, journal: string | undefined, mostWaiting = Infinity) {
    const stats = statsOf(stream.fd)
    this.#stream = stream
    this.#mostWaiting = mostWaiting
    this.#isFile = !stream.isTTY && (stats?.isFile() === true || stats?.isCharacterDevice() === true)
    this.isJournal = stats !== undefined && journal === `${stats.dev}:${stats.ino}`
    stream.on('error', (error: unknown) => {
      this.#fail(error)
    })
  }

  /** Why something could not be written, such as EPIPE; `undefined` while all could. */
  get lost(): string | undefined {
    return this.#lost ?? (this.#isStalled ? 'its reader takes nothing' : undefined)
  }

  get isTTY(): boolean {
    return this.#stream.isTTY
  }

  get columns(): number {
    return this.#stream.columns
  }

  write(text: string): void {
    try {
      if (this.#isFile) writeAll(this.#stream.fd, Buffer.from(text))
      else if (this.#lost === undefined) this.#writeWaiting(text)
    } catch (error) {
      this.#fail(error)
    }
  }

  #writeWaiting(text: string): void {
    this.#isStalled = this.#stream.writableLength > this.#mostWaiting
    if (!this.#isStalled) this.#stream.write(text)
  }

  #fail(error: unknown): void {
    this.#lost ??= errorCode(error) ?? 'unknown error'
  }
}

/** A stream of Node's would write no more after one fault, though a full disk may have room again. */
function writeAll(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at)
}

function statsOf(fd: number) {
  try {
    return fstatSync(fd)
  } catch {
    return undefined
  }
}
