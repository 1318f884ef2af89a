import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setImmediate as othersTurn } from 'node:timers/promises'
import { crashPoint } from '../durable/crash-point.js'
import { DiskFile, fileSize, remove, syncFolder } from '../durable/disk.js'
import { freeSpace } from '../durable/disk-space.js'
import { NoFileError } from '../durable/no-file.js'
import { moveDurably, PART } from '../durable/whole-file.js'
import { errorCode } from '../operator-error.js'

const PIECE_BYTES = 1 << 20

/** `SPOOL/reserve`: room that is given up when the disk is full, so that what is open can still be sealed and journaled. */
export class Reserve {
  readonly #spool: string
  readonly #path: string
  readonly #bytes: number

  /** Without `bytes` there is none. */
  constructor(spool: string, bytes: number) {
    this.#spool = spool
    this.#path = join(spool, 'reserve')
    this.#bytes = bytes
  }

  /**
   * Whether the disk has room for the reserve and as much again: enough to begin to write in. A disk that is too small for
   * that, even when empty, never has a reserve: then a tenth of it is enough.
   */
  async hasRoom(): Promise<boolean> {
    const { bytes, percent } = await freeSpace(this.#spool)
    const wholeDisk = percent > 0 ? (100 * bytes) / percent : Infinity
    const wanted = wholeDisk < 2 * this.#bytes ? wholeDisk / 10 : 2 * this.#bytes
    return bytes + ((await fileSize(this.#path)) ?? 0) >= Math.max(wanted, PIECE_BYTES)
  }

  /**
   * Have it, of bytes that no file system makes smaller. False where the disk has no room for it, or refuses it otherwise:
   * without a reserve a full disk is met a little sooner, which is no reason to collect nothing.
   */
  async make(): Promise<boolean> {
    if (this.#bytes === 0) return true
    try {
      if ((await fileSize(this.#path)) === this.#bytes) return true
      if ((await freeSpace(this.#spool)).bytes < 2 * this.#bytes) return false
      await this.#write()
      return true
    } catch (error) {
      if (errorCode(error) === undefined && !(error instanceof NoFileError)) throw error
      await remove(this.#path + PART).catch(() => undefined)
      return false
    }
  }

  /** Give its room back. True where there was any. */
  async giveUp(): Promise<boolean> {
    if ((await fileSize(this.#path)) === undefined) return false
    await remove(this.#path)
    await syncFolder(this.#spool)
    return true
  }

  async #write(): Promise<void> {
    crashPoint('reserve-before-write')
    const piece = randomBytes(Math.min(PIECE_BYTES, this.#bytes))
    {
      await using part = await DiskFile.open(this.#path + PART, 'empty')
      while (part.size < this.#bytes) {
        part.append(piece.subarray(0, this.#bytes - part.size))
        await othersTurn()
      }
      await part.sync()
    }
    crashPoint('reserve-before-rename')
    await moveDurably(this.#path + PART, this.#path)
  }
}
