import type { Clock } from '../clock.js'
import { isFull } from '../durable/disk.js'
import { makeSetFolder } from '../durable/folder.js'
import { holderOf, takeLock, type Lock } from '../durable/lock.js'
import type { Log } from '../log.js'
import { errorText, ExitCode, OperatorError } from '../operator-error.js'
import { hourOf, minuteName, SECOND_MS } from '../utc.js'
import { adoptFile, adoptUnderLock } from './adopt.js'
import { clearWay } from './clear-way.js'
import { appendToJournal, JOURNAL_FOLDER, type NewEvent } from './journal.js'
import { MinuteFile } from './minute-file.js'
import { hourFolder } from './minute-name.js'
import { filingOf, TwarcEnding, withEnding } from './payload.js'
import { appendRejected, REJECTED_FOLDER, rejectedRecord, type RejectedRecord } from './rejected.js'
import { openFile, syncNames, type SpoolFile } from './spool-files.js'
import { UsedNames } from './used-names.js'

interface SpoolOptions {
  readonly folder: string
  readonly lateMs: number
  /** This program's, for `__twarc`. */
  readonly version: string
  readonly clock: Clock
  readonly log: Log
}

/** What became of lines that were to be filed. */
export interface Filed {
  readonly filed: number
  readonly rejected: number
  /** The disk is full: these are neither, and can be given again when there is room. */
  readonly left: Buffer[]
}

/** So many files in a row may fail before the disk is given up. */
const MOST_FILES_TRIED = 3

/** Where a collector files its lines, one file a minute. One process at a time has it; its calls run one after another. */
export class Spool implements AsyncDisposable {
  readonly #options: SpoolOptions
  readonly #lock: Lock
  readonly #used: UsedNames
  readonly #ending: TwarcEnding
  readonly #open = new Map<number, MinuteFile>()
  /** No more lines for these, but they could not be sealed yet. */
  readonly #closing = new Set<MinuteFile>()
  #left: SpoolFile[]
  /** Rejected and kept, but not said yet: by hour, with the reason of the first. */
  readonly #unnoted = new Map<string, { reason: string; lines: number }>()
  #notedMs = -Infinity
  #last: Promise<unknown> = Promise.resolve()

  private constructor(options: SpoolOptions, lock: Lock, left: SpoolFile[]) {
    this.#options = options
    this.#lock = lock
    this.#left = left
    this.#used = new UsedNames(options.folder, ({ path, fault }) => {
      options.log.warn({ entry: path, reason: fault }, 'names of minute files in it may be used again')
    })
    this.#ending = new TwarcEnding(options.version)
  }

  /**
   * Take the spool and adopt what a dead collector left open.
   * @throws OperatorError with exit code 75 where another process has it
   */
  static async open(options: SpoolOptions): Promise<Spool> {
    await makeSetFolder(options.folder, '[spool] folder')
    const lock = await takeLock(options.folder, 'collect', options.clock)
    if (!lock)
      throw new OperatorError(
        `the spool ${options.folder} is held by another collector (${holderOf(options.folder, 'collect')}): ` +
          'stop that one, or give this one its own [spool] folder',
        { exitCode: ExitCode.temporary },
      )
    try {
      for (const name of [JOURNAL_FOLDER, REJECTED_FOLDER]) await clearWay(options.folder, [name])
      await syncNames(options.folder)
      return new Spool(options, lock, await adoptUnderLock(options))
    } catch (error) {
      await lock[Symbol.asyncDispose]()
      throw error
    }
  }

  /** The minutes that have a file open, oldest first: `2026-11-21_13-07`. */
  get openMinutes(): string[] {
    const closing = [...this.#closing].map(({ id }) => id.minute)
    return [...new Set([...this.#open.keys(), ...closing])].sort((a, b) => a - b).map(minuteName)
  }

  /** The files that the disk has failed; they lie as they are until an adoption succeeds. */
  get leftFiles(): string[] {
    return this.#left.map(({ name }) => name)
  }

  /**
   * File payloads under the minutes in which their tweets were made, and set aside those that cannot be; `url` is the
   * request's that brought them. When this resolves they outlast the process, after `sync` also the machine. Where a file
   * fails for another reason than a full disk, it is left as it is and the minute goes on in its next file.
   */
  file(lines: readonly Buffer[], receivedMs: number, url: string): Promise<Filed> {
    return this.#serially(async () => {
      const { minutes, rejected, reasons } = this.#sort(lines, receivedMs)
      const ending = this.#ending.at(url, receivedMs)
      const left: Buffer[] = []
      for (const [minute, payloads] of minutes) {
        const bytes = withEnding(payloads, ending)
        if (!(await this.#append(minute, bytes, payloads.length))) left.push(...payloads)
      }
      const filed = lines.length - rejected.length - left.length
      if (rejected.length === 0 || (await this.#reject(reasons))) return { filed, rejected: rejected.length, left }
      return { filed, rejected: 0, left: [...left, ...rejected] }
    })
  }

  /** Put everything that was filed on the disk. A file that cannot be is left, and does not stop the others. */
  sync(): Promise<void> {
    return this.#serially(async () => {
      await this.#noteRejected()
      for (const file of this.#open.values()) await file.sync().catch((error: unknown) => this.#leave(file, error))
    })
  }

  /**
   * Seal the minutes for which no more lines are waited for.
   * @throws the error of a full disk; then the next call goes on
   */
  sealDue(): Promise<void> {
    const { clock, lateMs } = this.#options
    return this.#serially(() => this.#seal((file) => file.isDue(clock.now(), lateMs)))
  }

  /** Try to adopt the files that were left. What fails again stays for the next time. */
  adoptLeft(): Promise<void> {
    return this.#serially(async () => {
      const still: SpoolFile[] = []
      for (const file of this.#left)
        await adoptFile(file, this.#options, { rewritten: true }).catch(() => still.push(file))
      this.#left = still
    })
  }

  journal(event: NewEvent): Promise<void> {
    return this.#serially(() => appendToJournal(this.#options.folder, this.#options.clock.now(), event))
  }

  /** Seal everything and let the spool go. */
  async close(): Promise<void> {
    try {
      await this.#serially(() => this.#noteRejected().finally(() => this.#seal(() => true)))
    } finally {
      await this.#lock[Symbol.asyncDispose]()
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #sort(lines: readonly Buffer[], receivedMs: number) {
    const minutes = new Map<number, Buffer[]>()
    const rejected: Buffer[] = []
    const reasons: RejectedRecord[] = []
    for (const line of lines) {
      const filing = filingOf(line, receivedMs)
      if (filing.kind === 'rejected') {
        rejected.push(line)
        reasons.push(rejectedRecord(line, { hour: hourOf(receivedMs), nowMs: receivedMs, reason: filing.reason }))
      } else {
        const payloads = minutes.get(filing.minute)
        if (payloads) payloads.push(line)
        else minutes.set(filing.minute, [line])
      }
    }
    return { minutes, rejected, reasons }
  }

  /** False where the disk is full. @throws where it fails file after file */
  async #append(minute: number, lines: Buffer, count: number): Promise<boolean> {
    for (let tries = 1; ; tries++) {
      try {
        const file = await this.#fileOf(minute)
        await file.append(lines, count, this.#options.clock.now())
        return true
      } catch (error) {
        const file = this.#open.get(minute)
        if (file?.damaged) await this.#leave(file, error)
        if (isFull(error)) return false
        if (tries === MOST_FILES_TRIED) throw error
      }
    }
  }

  async #fileOf(minute: number): Promise<MinuteFile> {
    const known = this.#open.get(minute)
    if (known) return known
    await clearWay(this.#options.folder, hourFolder(hourOf(minute)).split('/'))
    const id = await this.#used.next(minute)
    try {
      const file = await MinuteFile.create(this.#options, id, this.#options.clock.now())
      this.#open.set(minute, file)
      return file
    } catch (error) {
      this.#used.release(id)
      throw error
    }
  }

  async #seal(isDue: (file: MinuteFile) => boolean): Promise<void> {
    for (const [minute, file] of [...this.#open].sort(([a], [b]) => a - b)) {
      if (!isDue(file)) continue
      this.#open.delete(minute)
      this.#closing.add(file)
    }
    let full: Error | undefined
    for (const file of this.#closing) {
      try {
        await file.seal(this.#options.clock.now())
        this.#closing.delete(file)
        this.#options.log.debug({ file: file.name }, 'sealed')
      } catch (error) {
        if (error instanceof Error && isFull(error) && !file.damaged) full = error
        else await this.#leave(file, error)
      }
    }
    if (full) throw full
  }

  async #leave(file: MinuteFile, error: unknown): Promise<void> {
    if (this.#open.get(file.id.minute) === file) this.#open.delete(file.id.minute)
    this.#closing.delete(file)
    await file.leave()
    this.#left.push(openFile(this.#options.folder, file.id))
    this.#options.log.error(
      { file: file.name, error: errorText(error) },
      'the disk fails this file: left as it is, going on with the next',
    )
  }

  /** False where the disk is full. */
  async #reject(records: readonly RejectedRecord[]): Promise<boolean> {
    const { folder } = this.#options
    try {
      await appendRejected(folder, records)
    } catch (error) {
      if (isFull(error)) return false
      throw error
    }
    for (const { hour, reason } of records) {
      const before = this.#unnoted.get(hour)
      this.#unnoted.set(hour, { reason: before?.reason ?? reason, lines: (before?.lines ?? 0) + 1 })
    }
    const nowMs = this.#options.clock.now()
    if (Math.abs(nowMs - this.#notedMs) >= SECOND_MS) await this.#noteRejected()
    return true
  }

  /** Say what was rejected, in log and journal: once a second at most, for a flood of it must not become one there. */
  async #noteRejected(): Promise<void> {
    const { folder, clock, log } = this.#options
    if (this.#unnoted.size === 0) return
    const notes = [...this.#unnoted]
    this.#unnoted.clear()
    this.#notedMs = clock.now()
    for (const [hour, { reason, lines }] of notes) {
      log.warn({ lines, reason }, 'lines that could not be filed were kept in rejected/')
      // The lines are kept, which is what counts: a journal without room for a word on it must not keep them twice.
      await appendToJournal(folder, clock.now(), { event: 'rejected', hour, lines, reason }).catch((error: unknown) => {
        if (!isFull(error)) throw error
      })
    }
  }

  /** Whatever is called, and from where: one after another, each whatever became of the one before. */
  #serially<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work)
    this.#last = result.catch(() => undefined)
    return result
  }
}
