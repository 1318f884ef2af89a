import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { crashPoint } from '../durable/crash-point.js'
import { DiskFile, isFull, makeFolder, remove, rename, syncFolder } from '../durable/disk.js'
import { PART } from '../durable/whole-file.js'
import type { Log } from '../log.js'
import { errorCode } from '../operator-error.js'
import { hourName, hourOf, MINUTE_MS } from '../utc.js'
import { appendToJournal } from './journal.js'
import { hourFolder, minuteFileName, type MinuteId } from './minute-name.js'

const COPY_BYTES = 1 << 20

/** Which spool a file belongs to. */
interface Home {
  readonly folder: string
  readonly log: Log
}

interface SealFacts {
  readonly lines: number
  readonly bytes: number
  readonly sha256: string
  readonly adopted?: boolean
}

/** A minute file that is being written: `….jsonl.part` in its hour's folder. */
export class MinuteFile {
  readonly id: MinuteId
  readonly name: string
  readonly #home: Home
  readonly #folder: string
  readonly #hash = createHash('sha256')
  #disk: DiskFile
  #openedMs: number
  #lines = 0
  #lastLineMs: number
  #dirty = false
  #sealed: SealFacts | undefined
  #damaged = false

  private constructor(home: Home, id: MinuteId, disk: DiskFile, nowMs: number) {
    this.id = id
    this.name = minuteFileName(id)
    this.#home = home
    this.#folder = folderOf(home, id)
    this.#disk = disk
    this.#openedMs = nowMs
    this.#lastLineMs = nowMs
  }

  /** @throws where a file of this name exists already */
  static async create(home: Home, id: MinuteId, nowMs: number): Promise<MinuteFile> {
    const disk = await createIn(folderOf(home, id), minuteFileName(id) + PART)
    return new MinuteFile(home, id, disk, nowMs)
  }

  /** After a fault of the disk: what is on the disk may not be what was written, so that nothing more may be. */
  get damaged(): boolean {
    return this.#damaged
  }

  /**
   * Write `count` whole lines; when this resolves they outlast the process, after `sync` also the machine. Where the disk
   * is full the file is cut back to the lines it had, so that no torn line stands in the middle of it.
   */
  async append(lines: Buffer, count: number, nowMs: number): Promise<void> {
    const { size } = this.#disk
    crashPoint('minute-before-write')
    try {
      this.#disk.append(lines)
    } catch (error) {
      this.#damaged = !isFull(error)
      await this.#disk.cutTo(size).catch(() => (this.#damaged = true))
      throw error
    }
    crashPoint('minute-after-write')
    this.#hash.update(lines)
    this.#lines += count
    this.#lastLineMs = nowMs
    this.#dirty = true
  }

  /** Put what is written on the disk. A sync that fails may have lost it for good: the file is damaged, full disk or not. */
  async sync(): Promise<void> {
    if (!this.#dirty) return
    crashPoint('minute-before-sync')
    try {
      await this.#keepName()
      await this.#disk.sync()
    } catch (error) {
      this.#damaged = true
      throw error
    }
    crashPoint('minute-after-sync')
    this.#dirty = false
  }

  /** Whether no more lines are waited for: `lateMs` after the minute's end; if it was opened later, after its last line. */
  isDue(nowMs: number, lateMs: number): boolean {
    // Times to come are those of a clock that has been set back since.
    this.#openedMs = Math.min(this.#openedMs, nowMs)
    this.#lastLineMs = Math.min(this.#lastLineMs, nowMs)
    const windowEnd = this.id.minute + MINUTE_MS + lateMs
    return nowMs >= (this.#openedMs < windowEnd ? windowEnd : this.#lastLineMs + lateMs)
  }

  /**
   * Seal: fsync, journal, rename from `.part`, fsync the folder. After a crash before the rename the lines are still in
   * the `.part` file, which the next start adopts. Where it failed it may be called again, but nothing more appended.
   */
  async seal(nowMs: number): Promise<void> {
    crashPoint('seal-before-sync')
    this.#dirty = true
    await this.sync()
    crashPoint('seal-after-sync')
    this.#sealed ??= { lines: this.#lines, bytes: this.#disk.size, sha256: this.#hash.digest('hex') }
    await sealPart(this.#home.folder, this.#folder, this.id, nowMs, this.#sealed)
    await this.#disk.close()
  }

  /** Let it lie as it is, for an adoption. */
  async leave(): Promise<void> {
    await this.#disk.close().catch(() => undefined)
  }

  /** Somebody may have removed the file, or its folder, from under us: what we have open is then written once more. */
  async #keepName(): Promise<void> {
    if (!(await this.#disk.isRemoved())) return
    const copy = await createIn(this.#folder, this.name + PART)
    for (let at = 0; at < this.#disk.size; at = copy.size) copy.append(await this.#disk.read(at, COPY_BYTES))
    await this.#disk.close()
    this.#disk = copy
    this.#home.log.error({ file: this.name }, 'an open minute file was removed by someone: written again')
  }
}

const folderOf = ({ folder }: Home, { minute }: MinuteId): string => join(folder, hourFolder(hourOf(minute)))

/** Make a new file and its folder; again where process-hour removed the folder, empty by then, just in between. */
async function createIn(folder: string, name: string, triesLeft = 3): Promise<DiskFile> {
  await makeFolder(folder)
  try {
    return await createHere(folder, name)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || triesLeft === 0) throw error
    return createIn(folder, name, triesLeft - 1)
  }
}

async function createHere(folder: string, name: string): Promise<DiskFile> {
  crashPoint('part-before-create')
  const file = await DiskFile.open(join(folder, name), 'new')
  try {
    crashPoint('part-after-create')
    await syncFolder(folder)
    crashPoint('part-after-folder-sync')
    return file
  } catch (error) {
    await file.close()
    await remove(file.path).catch(() => undefined)
    throw error
  }
}

/** The last steps of sealing, for a `.part` whose content is on the disk: journal, rename, fsync the folder. */
export async function sealPart(
  spool: string,
  folder: string,
  id: MinuteId,
  nowMs: number,
  facts: SealFacts,
): Promise<void> {
  const name = minuteFileName(id)
  await appendToJournal(spool, nowMs, { event: 'sealed', hour: hourName(hourOf(id.minute)), name, ...facts })
  crashPoint('seal-before-rename')
  await rename(join(folder, name + PART), join(folder, name))
  crashPoint('seal-after-rename')
  await syncFolder(folder)
  crashPoint('seal-after-folder-sync')
}
