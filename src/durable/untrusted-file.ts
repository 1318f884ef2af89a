import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { errorCode } from '../operator-error.js'
import { dueFault } from './disk-fault.js'
import type { DiskOp } from './disk-trace.js'
import { StrangeEntryError, strangeOr } from './strange-entry.js'

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants
const CHUNK_BYTES = 1 << 20

export interface FileBounds {
  readonly mostBytes: number
  /** Refuse a file that has other names too: it may be one of ours, linked to from a folder of somebody else's. */
  readonly oneName?: boolean
}

/**
 * A regular file in a folder that somebody else can write to, open for reading: never a link, a pipe or a device. It has
 * one content for who reads it, whatever takes its name meanwhile, but its bytes may change: hold them against a hash.
 */
export class UntrustedFile implements AsyncDisposable {
  readonly path: string
  /** In bytes, when it was opened; never more is read. */
  readonly size: number
  /** When it was written, says the file system; anybody can set that. */
  readonly writtenMs: number
  readonly #handle: FileHandle
  #read = 0

  private constructor(path: string, handle: FileHandle, { size, mtimeMs }: { size: number; mtimeMs: number }) {
    this.path = path
    this.#handle = handle
    this.size = size
    this.writtenMs = mtimeMs
  }

  /**
   * `place` is how to open it, `path` what to call it. `undefined` where there is none.
   * @throws StrangeEntryError
   */
  static async open(place: string, path: string, bounds: FileBounds): Promise<UntrustedFile | undefined> {
    const handle = await openToRead(place, path)
    if (!handle) return undefined
    try {
      meetFault('stat', path)
      const stats = await handle.stat()
      const fault = faultOf(stats, bounds)
      if (fault !== undefined) throw new StrangeEntryError(path, fault)
      return new UntrustedFile(path, handle, stats)
    } catch (error) {
      await handle.close()
      throw strangeOr(error, path, 'looked at')
    }
  }

  /** The next bytes, into `buffer` from `at` on, at most `length`. Answers how many; 0 at the end. */
  async read(buffer: Buffer, at: number, length: number): Promise<number> {
    const wanted = Math.min(length, this.size - this.#read)
    if (wanted <= 0) return 0
    try {
      meetFault('read', this.path)
      const { bytesRead } = await this.#handle.read(buffer, at, wanted)
      this.#read += bytesRead
      return bytesRead
    } catch (error) {
      throw strangeOr(error, this.path, 'read')
    }
  }

  /** The whole of it. For small files: `mostBytes` is what it may take of memory. */
  async text(): Promise<string> {
    const bytes = Buffer.alloc(this.size)
    let end = 0
    for (let got = -1; got !== 0; end += got) got = await this.read(bytes, end, bytes.length - end)
    return bytes.toString('utf8', 0, end)
  }

  /** Size in bytes and SHA-256 (hex) of what is left to read. */
  async hash(): Promise<{ bytes: number; sha256: string }> {
    const hash = createHash('sha256')
    const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, Math.max(1, this.size)))
    let bytes = 0
    for (;;) {
      const got = await this.read(buffer, 0, buffer.length)
      if (got === 0) return { bytes, sha256: hash.digest('hex') }
      hash.update(buffer.subarray(0, got))
      bytes += got
    }
  }

  close(): Promise<void> {
    return this.#handle.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** Where a test wants an operation to fail, it fails here. */
export function meetFault(op: DiskOp, path: string): void {
  const fault = dueFault(op, path)
  if (fault) throw fault
}

/** A pipe without a writer must not hold us up, nor a terminal take us. */
async function openToRead(place: string, path: string): Promise<FileHandle | undefined> {
  try {
    meetFault('open', path)
    return await open(place, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT') return undefined
    if (code === 'ELOOP') throw new StrangeEntryError(path, 'is a symbolic link', { cause: error })
    if (code === 'ENXIO') throw new StrangeEntryError(path, 'is no regular file', { cause: error })
    throw strangeOr(error, path, 'opened')
  }
}

function faultOf(
  stats: { isFile(): boolean; isDirectory(): boolean; size: number; nlink: number },
  { mostBytes, oneName }: FileBounds,
): string | undefined {
  if (stats.isDirectory()) return 'is a folder, where a file belongs'
  if (!stats.isFile()) return 'is no regular file'
  if (oneName && stats.nlink > 1) return `is a file with ${stats.nlink} names (hard links)`
  if (stats.size > mostBytes) return `has ${stats.size} bytes; more than ${mostBytes} are not read`
  return undefined
}
