import type { Clock } from '../clock.js'
import { makeSetFolder } from '../durable/folder.js'
import { takeLock, type Lock } from '../durable/lock.js'
import type { Log } from '../log.js'
import { ExitCode, OperatorError } from '../operator-error.js'
import { hourName, hourOf, minuteName } from '../utc.js'
import { adoptUnderLock } from './adopt.js'
import { appendToJournal, type NewEvent } from './journal.js'
import { MinuteFile } from './minute-file.js'
import { filingOf, twarcEnding, withoutLastBrace } from './payload.js'
import { appendRejected, rejectedRecord, type RejectedRecord } from './rejected.js'
import { UsedNames } from './used-names.js'

interface SpoolOptions {
  readonly folder: string
  readonly lateMs: number
  /** This program's, for `__twarc`. */
  readonly version: string
  readonly clock: Clock
  readonly log: Log
}

/** Where a collector files its lines, one file a minute. One process at a time has it; its calls run one after another. */
export class Spool implements AsyncDisposable {
  readonly #options: SpoolOptions
  readonly #lock: Lock
  readonly #used: UsedNames
  readonly #open = new Map<number, MinuteFile>()
  #last: Promise<unknown> = Promise.resolve()

  private constructor(options: SpoolOptions, lock: Lock) {
    this.#options = options
    this.#lock = lock
    this.#used = new UsedNames(options.folder)
  }

  /**
   * Take the spool and adopt what a dead collector left open.
   * @throws OperatorError with exit code 75 where another process has it
   */
  static async open(options: SpoolOptions): Promise<Spool> {
    await makeSetFolder(options.folder, '[spool] folder')
    const lock = await takeLock(options.folder)
    if (!lock)
      throw new OperatorError(
        `the spool ${options.folder} is held by another collector: stop that one, or give this one its own [spool] folder`,
        { exitCode: ExitCode.temporary },
      )
    await adoptUnderLock(options)
    return new Spool(options, lock)
  }

  /** The minutes that have a file open, oldest first: `2026-11-21_13-07`. */
  get openMinutes(): string[] {
    return [...this.#open.keys()].sort((a, b) => a - b).map(minuteName)
  }

  /**
   * File payloads under the minutes in which their tweets were made, and set aside those that cannot be; `url` is the
   * request's that brought them. When this resolves they outlast the process, after `sync` also the machine.
   */
  file(lines: readonly Buffer[], receivedMs: number, url: string): Promise<{ filed: number; rejected: number }> {
    return this.#serially(async () => {
      const { minutes, rejected } = this.#sort(lines, receivedMs)
      const ending = twarcEnding(url, this.#options.version, receivedMs)
      for (const [minute, payloads] of minutes) {
        const file = await this.#fileOf(minute)
        const parts = payloads.flatMap((payload) => [withoutLastBrace(payload), ending])
        await file.append(parts, payloads.length, this.#options.clock.now())
      }
      if (rejected.length > 0) await this.#reject(rejected)
      return { filed: lines.length - rejected.length, rejected: rejected.length }
    })
  }

  /** Put everything that was filed on the disk. */
  sync(): Promise<void> {
    return this.#serially(async () => {
      for (const file of this.#open.values()) await file.sync()
    })
  }

  /** Seal the minutes for which no more lines are waited for. */
  sealDue(): Promise<void> {
    const { clock, lateMs } = this.#options
    return this.#serially(() => this.#seal((file) => file.isDue(clock.now(), lateMs)))
  }

  journal(event: NewEvent): Promise<void> {
    return this.#serially(() => appendToJournal(this.#options.folder, this.#options.clock.now(), event))
  }

  /** Seal everything and let the spool go. */
  async close(): Promise<void> {
    try {
      await this.#serially(() => this.#seal(() => true))
    } finally {
      await this.#lock[Symbol.asyncDispose]()
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #sort(lines: readonly Buffer[], receivedMs: number): { minutes: Map<number, Buffer[]>; rejected: RejectedRecord[] } {
    const minutes = new Map<number, Buffer[]>()
    const rejected: RejectedRecord[] = []
    for (const line of lines) {
      const filing = filingOf(line, receivedMs)
      if (filing.kind === 'rejected')
        rejected.push(rejectedRecord(line, { hour: hourOf(receivedMs), nowMs: receivedMs, reason: filing.reason }))
      else {
        const payloads = minutes.get(filing.minute)
        if (payloads) payloads.push(line)
        else minutes.set(filing.minute, [line])
      }
    }
    return { minutes, rejected }
  }

  async #fileOf(minute: number): Promise<MinuteFile> {
    const known = this.#open.get(minute)
    if (known) return known
    const id = await this.#used.next(minute)
    const file = await MinuteFile.create(this.#options.folder, id, this.#options.clock.now())
    this.#open.set(minute, file)
    return file
  }

  async #seal(isDue: (file: MinuteFile) => boolean): Promise<void> {
    for (const [minute, file] of [...this.#open].sort(([a], [b]) => a - b)) {
      if (!isDue(file)) continue
      await file.seal(this.#options.clock.now())
      this.#open.delete(minute)
      this.#options.log.debug({ file: file.name }, 'sealed')
    }
  }

  async #reject(records: readonly RejectedRecord[]): Promise<void> {
    const { folder, clock, log } = this.#options
    await appendRejected(folder, records)
    const first = records[0]
    const reason = first?.reason ?? ''
    const hour = first?.hour ?? hourName(clock.now())
    await appendToJournal(folder, clock.now(), { event: 'rejected', hour, lines: records.length, reason })
    log.warn({ lines: records.length, reason }, 'lines that could not be filed were kept in rejected/')
  }

  /** Whatever is called, and from where: one after another, each whatever became of the one before. */
  #serially<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work)
    this.#last = result.catch(() => undefined)
    return result
  }
}
