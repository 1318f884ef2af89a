import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder, syncFolder } from '../durable/folder.js'
import { moveDurably, PART } from '../durable/whole-file.js'
import { errorCode } from '../operator-error.js'
import { hourName, hourOf, MINUTE_MS } from '../utc.js'
import { appendToJournal } from './journal.js'
import { hourFolder, minuteFileName, type MinuteId } from './minute-name.js'

/** A minute file that is being written: `….jsonl.part` in its hour's folder. */
export class MinuteFile {
  readonly id: MinuteId
  readonly name: string
  readonly #folder: string
  readonly #spool: string
  readonly #handle: FileHandle
  readonly #hash = createHash('sha256')
  readonly #openedMs: number
  #lines = 0
  #bytes = 0
  #lastLineMs: number
  #dirty = false

  private constructor(spool: string, id: MinuteId, handle: FileHandle, nowMs: number) {
    this.id = id
    this.name = minuteFileName(id)
    this.#spool = spool
    this.#folder = join(spool, hourFolder(hourOf(id.minute)))
    this.#handle = handle
    this.#openedMs = nowMs
    this.#lastLineMs = nowMs
  }

  /** @throws where a file of this name exists already */
  static async create(spool: string, id: MinuteId, nowMs: number): Promise<MinuteFile> {
    const folder = join(spool, hourFolder(hourOf(id.minute)))
    const handle = await createIn(folder, minuteFileName(id) + PART)
    await syncFolder(folder)
    return new MinuteFile(spool, id, handle, nowMs)
  }

  /**
   * Write whole lines; when this resolves they outlast the process, after `sync` also the machine. Where writing fails
   * the file is cut back to the lines it had, so that no torn line stands in the middle of it.
   */
  async append(lines: readonly Buffer[], count: number, nowMs: number): Promise<void> {
    const bytes = Buffer.concat(lines)
    try {
      await this.#handle.appendFile(bytes)
    } catch (error) {
      await this.#handle.truncate(this.#bytes)
      throw error
    }
    this.#hash.update(bytes)
    this.#bytes += bytes.length
    this.#lines += count
    this.#lastLineMs = nowMs
    this.#dirty = true
  }

  /** Put what is written on the disk. */
  async sync(): Promise<void> {
    if (!this.#dirty) return
    this.#dirty = false
    await this.#handle.datasync()
  }

  /** Whether no more lines are waited for: `lateMs` after the minute's end; if it was opened later, after its last line. */
  isDue(nowMs: number, lateMs: number): boolean {
    const windowEnd = this.id.minute + MINUTE_MS + lateMs
    return nowMs >= (this.#openedMs < windowEnd ? windowEnd : this.#lastLineMs + lateMs)
  }

  /**
   * Seal: fsync, journal, rename from `.part`, fsync the folder. After a crash before the rename the lines are still in
   * the `.part` file, which the next start adopts.
   */
  async seal(nowMs: number): Promise<void> {
    await this.#handle.sync()
    await this.#handle.close()
    await sealPart(this.#spool, this.#folder, this.id, nowMs, {
      lines: this.#lines,
      bytes: this.#bytes,
      sha256: this.#hash.digest('hex'),
    })
  }
}

/** Make a new file and its folder; again where process-hour removed the folder, empty by then, just in between. */
async function createIn(folder: string, name: string, triesLeft = 3): Promise<FileHandle> {
  await makeFolder(folder)
  try {
    return await open(join(folder, name), 'wx', 0o640)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || triesLeft === 0) throw error
    return createIn(folder, name, triesLeft - 1)
  }
}

/** The last steps of sealing, for a `.part` whose content is on the disk: journal, rename, fsync the folder. */
export async function sealPart(
  spool: string,
  folder: string,
  id: MinuteId,
  nowMs: number,
  facts: { lines: number; bytes: number; sha256: string; adopted?: boolean },
): Promise<void> {
  const name = minuteFileName(id)
  await appendToJournal(spool, nowMs, { event: 'sealed', hour: hourName(hourOf(id.minute)), name, ...facts })
  await moveDurably(join(folder, name + PART), join(folder, name))
}
