import { writeSync } from 'node:fs'
import { open, rm, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode } from '../operator-error.js'
import { dueFault } from './disk-fault.js'
import { diskNotice } from './disk-notice.js'
import { traced, type DiskOp } from './disk-trace.js'
import { constants, mkdir, stat } from './files.js'
import { named, naming } from './named-fault.js'
import { noFile } from './no-file.js'

export { rename } from './files.js'

/** Do one thing to the disk: where a test wants it to fail it fails, where one listens it is told. */
async function operate(op: DiskOp, path: string, work: () => Promise<unknown>): Promise<void> {
  const fault = dueFault(op, path)
  if (fault) throw fault
  await naming(path, work)
  traced({ op, path })
}

/** `new`: there must be none yet. `empty`: what was in it is gone. `append`: it goes on at its end. */
export type Opening = 'new' | 'empty' | 'append'

const FLAGS = { new: 'ax+', empty: 'w+', append: 'a+' } as const

/** A file that is written at its end. Mode 0640. */
export class DiskFile implements AsyncDisposable {
  readonly path: string
  readonly #handle: FileHandle
  #size: number

  private constructor(path: string, handle: FileHandle, size: number) {
    this.path = path
    this.#handle = handle
    this.#size = size
  }

  /** @throws NoFileError where a pipe, a device or the like has the name */
  static async open(path: string, opening: Opening): Promise<DiskFile> {
    const fault = dueFault('create', path)
    if (fault) throw fault
    const size = opening === 'append' ? await fileSize(path) : undefined
    const handle = await open(path, FLAGS[opening], 0o640)
    const none = noFile(path, await handle.stat())
    if (none) {
      await handle.close()
      throw none
    }
    if (size === undefined) traced({ op: 'create', path })
    return new DiskFile(path, handle, size ?? 0)
  }

  /** In bytes: what was written and not cut off. */
  get size(): number {
    return this.#size
  }

  /**
   * Write at the end. Where it fails a part may have been written: `cutTo` takes it back. Waits in place, for what goes to
   * the kernel's memory is there before another thread has woken up to write it.
   */
  append(bytes: Uint8Array): void {
    const fault = dueFault('write', this.path)
    if (fault) {
      this.#write(bytes.subarray(0, bytes.length >> 1))
      throw fault
    }
    this.#write(bytes)
    this.#size += bytes.length
    traced({ op: 'write', path: this.path, size: this.#size })
  }

  #write(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(this.#handle.fd, bytes, at)
    } catch (error) {
      throw named(error, this.path)
    }
  }

  /** Cut off all behind the first `size` bytes. */
  async cutTo(size: number): Promise<void> {
    await operate('truncate', this.path, () => this.#handle.truncate(size))
    this.#size = size
  }

  /** Put the content on the disk. */
  async sync(): Promise<void> {
    const size = this.#size
    const fault = dueFault('sync', this.path)
    if (fault) throw fault
    await naming(this.path, () => this.#handle.datasync())
    traced({ op: 'sync', path: this.path, size })
  }

  /** Whether its name was taken from it. The content is still there for who has it open. */
  async isRemoved(): Promise<boolean> {
    return (await naming(this.path, () => this.#handle.stat())).nlink === 0
  }

  /** The content from `start` on, at most `length` bytes; fewer only at the end. */
  async read(start: number, length: number): Promise<Buffer> {
    const fault = dueFault('read', this.path)
    if (fault) throw fault
    const reading = () => this.#handle.read(Buffer.alloc(length), 0, length, start)
    const { buffer, bytesRead } = await naming(this.path, reading)
    return buffer.subarray(0, bytesRead)
  }

  close(): Promise<void> {
    return naming(this.path, () => this.#handle.close())
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** Size in bytes of a file, `undefined` where there is none. */
export async function fileSize(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Remove a file, if there is one; not on the disk before its folder is synced. */
export const remove = (path: string): Promise<void> => operate('remove', path, () => rm(path, { force: true }))

/**
 * Put a folder's names on the disk: needed after each creation, renaming and removal that must outlast a power cut. Where
 * the file system has no such call that is told once, and we go on: it orders its names by itself or not at all.
 */
export async function syncFolder(path: string): Promise<void> {
  try {
    await operate('sync-folder', path, () => syncNamesIn(path))
  } catch (error) {
    if (!hasNoFolderSync(error)) throw error
    tellOfNoFolderSync(path, error)
  }
}

async function syncNamesIn(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** What CIFS, FUSE and others answer to an fsync of a folder; a disk that fails answers EIO. */
export const hasNoFolderSync = (error: unknown): boolean =>
  ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EBADF', 'EISDIR'].includes(errorCode(error) ?? '')

export function tellOfNoFolderSync(path: string, error: unknown): void {
  diskNotice(
    'no-folder-sync',
    `the file system of ${path} can't put the names in a folder on the disk (fsync: ${errorCode(error) ?? ''}): ` +
      'after a power cut the newest files there may have their old names or none; a local file system can',
  )
}

/** Make the folder and those above it; each is on the disk when this returns. Mode 0750 unless told. */
export async function makeFolder(path: string, mode = 0o750): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode })
  if (first === undefined) return
  const made: string[] = []
  for (let folder = path; folder.length >= first.length; folder = dirname(folder)) made.unshift(folder)
  for (const folder of made) {
    traced({ op: 'create-folder', path: folder })
    await syncFolder(dirname(folder))
  }
}

/** There is no room: what could not be written can be when there is. */
export const isFull = (error: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes(errorCode(error) ?? '')
