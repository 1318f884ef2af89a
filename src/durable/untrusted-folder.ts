import { constants } from 'node:fs'
import { lstat, mkdir, open, opendir, rename, rm, rmdir, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode, OperatorError } from '../operator-error.js'
import { hasNoFolderSync, tellOfNoFolderSync } from './disk.js'
import { traced, type DiskEvent, type DiskOp } from './disk-trace.js'
import { naming } from './named-fault.js'
import { StrangeEntryError, strangeOr } from './strange-entry.js'
import { meetFault, UntrustedFile, type FileBounds } from './untrusted-file.js'
import { PART } from './whole-file.js'

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants

/** So many entries of a folder are looked at, and so many of them are wanted at most. */
const MOST_ENTRIES = 2_000_000
const MOST_WANTED = 100_000

/**
 * A folder that somebody else can write to, held open: whatever takes its name meanwhile, what is done through it is done in
 * this very folder. Everything in it is reached by one name at a time, and no link is followed. The folder at the top, which
 * a setting names, may be reached by links.
 */
export class UntrustedFolder implements AsyncDisposable {
  readonly path: string
  readonly #handle: FileHandle

  private constructor(path: string, handle: FileHandle) {
    this.path = path
    this.#handle = handle
  }

  /**
   * The folder `top`, or the one that lies `below` it (`2026-11-21/13`); `undefined` where there is none.
   * @throws StrangeEntryError where one on the way is no folder, or cannot be opened; OperatorError where /proc is missing
   */
  static async open(top: string, below = ''): Promise<UntrustedFolder | undefined> {
    let folder = await UntrustedFolder.#openAt(top, top, O_RDONLY | O_DIRECTORY | O_NONBLOCK)
    if (folder) await needProc(folder.#handle.fd)
    for (const name of below.split('/').filter(Boolean)) {
      if (!folder) return undefined
      await using above = folder
      folder = await above.folder(name)
    }
    return folder
  }

  static async #openAt(place: string, path: string, flags: number): Promise<UntrustedFolder | undefined> {
    try {
      meetFault('open', path)
      return new UntrustedFolder(path, await open(place, flags))
    } catch (error) {
      const code = errorCode(error)
      if (code === 'ENOENT') return undefined
      if (code === 'ENOTDIR' || code === 'ELOOP')
        throw new StrangeEntryError(path, await noFolder(place), { cause: error })
      throw strangeOr(error, path, 'opened')
    }
  }

  /** The folder of this name in it, `undefined` where there is none. @throws StrangeEntryError */
  folder(name: string): Promise<UntrustedFolder | undefined> {
    const flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK
    return UntrustedFolder.#openAt(this.#place(name), join(this.path, name), flags)
  }

  /** The file of this name in it, `undefined` where there is none. @throws StrangeEntryError */
  file(name: string, bounds: FileBounds): Promise<UntrustedFile | undefined> {
    return UntrustedFile.open(this.#place(name), join(this.path, name), bounds)
  }

  /** The names of its entries that are wanted, sorted. @throws StrangeEntryError where they are too many */
  async names(isWanted: (name: string) => boolean = () => true): Promise<string[]> {
    const names: string[] = []
    let seen = 0
    try {
      meetFault('list', this.path)
      for await (const { name } of await opendir(this.#place('.'), { bufferSize: 256 })) {
        if (isWanted(name)) names.push(name)
        seen += 1
        if (seen > MOST_ENTRIES || names.length > MOST_WANTED)
          throw new StrangeEntryError(
            this.path,
            `has more than ${names.length > MOST_WANTED ? MOST_WANTED : MOST_ENTRIES} entries`,
          )
      }
    } catch (error) {
      // Removed since it was opened: there is nothing in it.
      if (errorCode(error) === 'ENOENT') return []
      throw strangeOr(error, this.path, 'listed')
    }
    return names.sort()
  }

  /** When the entry of this name was written, in ms since 1970, or so it says; `undefined` where that is not to be known. */
  writtenMs(name: string): Promise<number | undefined> {
    return lstat(this.#place(name)).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    )
  }

  /** Make the folder of this name where there is none; it is on the disk when this returns. @throws StrangeEntryError */
  async makeFolder(name: string): Promise<UntrustedFolder> {
    const path = join(this.path, name)
    await this.#do('create-folder', name, () => mkdir(this.#place(name), { mode: 0o750 })).then(
      () => this.sync(),
      (error: unknown) => {
        if (errorCode(error) !== 'EEXIST') throw strangeOr(error, path, 'made')
      },
    )
    const folder = await this.folder(name)
    if (folder) return folder
    throw new StrangeEntryError(path, 'was taken away while it was made')
  }

  /**
   * Put a file of this content here, in the place of one that has the name; it appears whole, and is on the disk when this
   * returns. It is always a new file: nothing that lies here is written into.
   * @throws StrangeEntryError
   */
  async writeWhole(name: string, content: string): Promise<void> {
    const part = name + PART
    try {
      await this.remove(part)
      await this.#writeNew(part, Buffer.from(content))
      await this.rename(part, name)
      await this.sync()
    } catch (error) {
      throw strangeOr(error, join(this.path, name), 'written')
    }
  }

  /** @throws StrangeEntryError */
  async rename(from: string, to: string): Promise<void> {
    const work = () => rename(this.#place(from), this.#place(to))
    await this.#do('rename', from, work, { to: join(this.path, to) }).catch((error: unknown) => {
      throw strangeOr(error, join(this.path, from), `renamed to ${to}`)
    })
  }

  /** Remove the file or link of this name, if there is one. @throws StrangeEntryError, also where it is a folder */
  async remove(name: string): Promise<void> {
    await this.#do('remove', name, () => rm(this.#place(name), { force: true })).catch((error: unknown) => {
      throw strangeOr(error, join(this.path, name), 'removed')
    })
  }

  /** Remove the folder of this name, if there is one and it is empty. Answers whether it did. */
  removeFolder(name: string): Promise<boolean> {
    return this.#do('remove-folder', name, () => rmdir(this.#place(name))).then(
      () => true,
      () => false,
    )
  }

  /** Put its names on the disk; where the file system has no such call that is told once, and we go on, as `syncFolder` does. */
  async sync(): Promise<void> {
    try {
      await this.#do('sync-folder', '', () => naming(this.path, () => this.#handle.sync()))
    } catch (error) {
      if (!hasNoFolderSync(error)) throw error
      tellOfNoFolderSync(this.path, error)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close()
  }

  async #writeNew(name: string, content: Buffer): Promise<void> {
    const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
    let file: FileHandle | undefined
    await this.#do('create', name, async () => (file = await open(this.#place(name), flags, 0o640)))
    try {
      const size = content.length
      await this.#do('write', name, () => (file as FileHandle).writeFile(content), { size })
      await this.#do('sync', name, () => (file as FileHandle).sync(), { size })
    } finally {
      await file?.close()
    }
  }

  /** The kernel's name for an entry of this folder, whatever the folder's own name leads to by now. */
  #place(name: string): string {
    return `/proc/self/fd/${this.#handle.fd}/${name}`
  }

  /** As `disk` does it: where a test wants it to fail it fails, where one listens it is told. */
  async #do(
    op: DiskOp,
    name: string,
    work: () => Promise<unknown>,
    more: Pick<DiskEvent, 'to' | 'size'> = {},
  ): Promise<void> {
    const path = join(this.path, name)
    meetFault(op, path)
    await work()
    traced({ op, path, ...more })
  }
}

let hasProc = false

/** Without /proc every folder would look empty, and its hours as if nothing had come. */
async function needProc(descriptor: number): Promise<void> {
  if (hasProc) return
  await lstat(`/proc/self/fd/${descriptor}`).catch((cause: unknown) => {
    throw new OperatorError(
      'there is no /proc here, by which folders are reached safely: mount it (mount -t proc proc /proc)',
      {
        cause,
      },
    )
  })
  hasProc = true
}

const noFolder = (place: string): Promise<string> =>
  lstat(place).then(
    (stats) => (stats.isSymbolicLink() ? 'is a symbolic link, where a folder belongs' : 'is no folder'),
    () => 'is no folder',
  )
