import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, rename, rmdir, stat, statfs, unlink, type FileHandle } from 'node:fs/promises'
import { join, sep } from 'node:path'
import ssh2, { type Attributes, type FileEntry } from 'ssh2'
import { attributesOf, folderEntry } from './attributes.js'
import type { Space } from './extensions.js'
import { rootedPath, visiblePath } from './rooted-path.js'
import { endOfFile, failure, permissionDenied } from './status.js'

const { utils } = ssh2

const { OPEN_MODE } = utils.sftp
const HANDLE_BYTES = 4
/** Entries of a listing that go into one answer. */
const ENTRIES_A_REPLY = 100

/** A file that a client has open. */
export interface OpenFile {
  /** As the client named it, from its root. */
  readonly path: string
  readonly file: FileHandle
}

interface OpenFolder {
  readonly path: string
  readonly names: string[]
}

/** What one SFTP connection sees of a folder, and the files that it has open. Every fault is thrown, errno or StatusError. */
export class ServedFolder implements AsyncDisposable {
  readonly #root: string
  readonly #open = new Map<number, OpenFile | OpenFolder>()
  #handles = 0

  /** `root` must be a real path. */
  constructor(root: string) {
    this.#root = root
  }

  async open(path: string, flags: number, mode = 0o666): Promise<Buffer> {
    const real = await rootedPath(this.#root, path)
    // A link as the last name could lead out of the root.
    const file = await open(real, systemFlags(flags) | constants.O_NOFOLLOW, mode & 0o777)
    return this.#keep({ path: visiblePath(path), file })
  }

  async openFolder(path: string): Promise<Buffer> {
    const real = await rootedPath(this.#root, path)
    // A link as the last name could lead out of the root.
    if (!(await lstat(real)).isDirectory()) throw failure()
    return this.#keep({ path: real, names: await readdir(real) })
  }

  /** What a handle was opened for, as the client sees it; empty where there is no such handle. */
  pathOf(handle: Buffer): string {
    const path = (handle.length === HANDLE_BYTES && this.#open.get(handle.readUInt32BE())?.path) || ''
    return path.startsWith(this.#root + sep) ? path.slice(this.#root.length) : path
  }

  /** @throws StatusError when the handle is none of an open file */
  file(handle: Buffer): OpenFile {
    const opened = this.#open.get(handle.readUInt32BE())
    if (!opened || !('file' in opened)) throw failure()
    return opened
  }

  async read(handle: Buffer, offset: number, length: number): Promise<Buffer> {
    const { buffer, bytesRead } = await this.file(handle).file.read(Buffer.alloc(length), 0, length, offset)
    if (bytesRead === 0) throw endOfFile()
    return buffer.subarray(0, bytesRead)
  }

  /** The next entries of a folder. @throws StatusError at its end */
  async entries(handle: Buffer): Promise<FileEntry[]> {
    const opened = this.#open.get(handle.readUInt32BE())
    if (!opened || !('names' in opened)) throw failure()
    if (opened.names.length === 0) throw endOfFile()
    const names = opened.names.splice(0, ENTRIES_A_REPLY)
    return Promise.all(names.map(async (name) => folderEntry(name, await lstat(join(opened.path, name)))))
  }

  async close(handle: Buffer): Promise<void> {
    const opened = this.#open.get(handle.readUInt32BE())
    if (!opened) throw failure()
    this.#open.delete(handle.readUInt32BE())
    if ('file' in opened) await opened.file.close()
  }

  async attributes(path: string): Promise<Attributes> {
    return attributesOf(await lstat(await rootedPath(this.#root, path)))
  }

  async setAttributes(path: string, attributes: Partial<Attributes>): Promise<void> {
    const file = await open(await rootedPath(this.#root, path), constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      await applyAttributes(file, attributes)
    } finally {
      await file.close()
    }
  }

  async makeFolder(path: string, mode = 0o777): Promise<void> {
    await mkdir(await rootedPath(this.#root, path), { mode: mode & 0o777 })
  }

  async removeFolder(path: string): Promise<void> {
    const real = await rootedPath(this.#root, path)
    if (real === this.#root) throw permissionDenied()
    await rmdir(real)
  }

  async remove(path: string): Promise<void> {
    await unlink(await rootedPath(this.#root, path))
  }

  /** SFTP version 3: an existing target is refused. OpenSSH does so by `link` and `unlink`. */
  async rename(from: string, to: string): Promise<void> {
    const target = await rootedPath(this.#root, to)
    if (await stat(target).catch(() => undefined)) throw failure()
    await rename(await rootedPath(this.#root, from), target)
  }

  async replace(from: string, to: string): Promise<void> {
    await rename(await rootedPath(this.#root, from), await rootedPath(this.#root, to))
  }

  async space(path: string): Promise<Space> {
    const { bsize, blocks, bavail } = await statfs(await rootedPath(this.#root, path))
    return { blockBytes: bsize, blocks, freeBlocks: bavail }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const opened of this.#open.values()) if ('file' in opened) await opened.file.close()
    this.#open.clear()
  }

  #keep(opened: OpenFile | OpenFolder): Buffer {
    const handle = Buffer.alloc(4)
    handle.writeUInt32BE((this.#handles += 1))
    this.#open.set(this.#handles, opened)
    return handle
  }
}

/** Size, mode and times, as far as they are given. The owner stays. */
export async function applyAttributes(file: FileHandle, { size, mode, atime, mtime }: Partial<Attributes>) {
  if (size !== undefined) await file.truncate(size)
  if (mode !== undefined) await file.chmod(mode & 0o7777)
  if (atime !== undefined && mtime !== undefined) await file.utimes(atime, mtime)
}

const FLAGS: readonly (readonly [number, number])[] = [
  [OPEN_MODE.APPEND, constants.O_APPEND],
  [OPEN_MODE.CREAT, constants.O_CREAT],
  [OPEN_MODE.TRUNC, constants.O_TRUNC],
  [OPEN_MODE.EXCL, constants.O_EXCL],
]

function systemFlags(flags: number): number {
  const [reads, writes] = [flags & OPEN_MODE.READ, flags & OPEN_MODE.WRITE]
  const access = writes ? (reads ? constants.O_RDWR : constants.O_WRONLY) : constants.O_RDONLY
  return FLAGS.reduce((all, [asked, system]) => (flags & asked ? all | system : all), access)
}
