import { posix } from 'node:path'
import type { FileEntryWithStats } from 'ssh2'
import { constants } from '../durable/files.js'
import { OperatorError } from '../operator-error.js'
import type { Connection } from './connection.js'
import { RemoteRequests, type Attributes } from './remote-requests.js'
import {
  addressOf,
  ConnectionLostError,
  isMissing,
  isRefused,
  RefusedFileError,
  Status,
  statusOf,
} from './sync-fault.js'

const FOLDER_MODE = 0o750
/** A folder with more entries than this is not ours. */
const MOST_ENTRIES = 100_000
/** A receipt of an hour in which every minute was sealed a hundred times has less. */
const MOST_BYTES = 4 << 20
const READ_BYTES = 32 << 10
/** The longest that a listing or a text may take: each answer may come in time, and never the last one. */
const LONGEST_MS = 120_000

/** A file in server 2's spool on server 1. */
export interface RemoteFile {
  /** `undefined` where the server doesn't tell. */
  readonly bytes: number | undefined
  /** By server 1's clock, in whole seconds; `undefined` where it doesn't tell. */
  readonly modifiedMs: number | undefined
}

/** Server 2's spool on server 1. Paths are relative to it, with `/` between names. What is read there is bounded. */
export class RemoteSpool {
  readonly requests: RemoteRequests
  /** Folders that are known to be there. */
  readonly #folders = new Set<string>(['.'])
  readonly #unsupported = new Set<string>()

  private constructor(connection: Connection) {
    this.requests = new RemoteRequests(connection)
  }

  /** @throws OperatorError where the account sees no such folder */
  static async open(connection: Connection): Promise<RemoteSpool> {
    const remote = new RemoteSpool(connection)
    if (await remote.#isFolder('.')) return remote
    const { user, remoteFolder } = connection.settings
    throw new OperatorError(
      `${addressOf(connection.settings)} has no folder ${remoteFolder} for user ${user}: make it there, ` +
        `or correct [sync] remote_folder (a chrooted account sees its own root as /)`,
    )
  }

  get address(): string {
    return addressOf(this.requests.connection.settings)
  }

  /** The path as server 1 knows it. */
  at(path: string): string {
    return this.requests.at(path)
  }

  /**
   * The files of a folder whose names `wants` takes, by name; none where there is no such folder.
   * @throws RefusedFileError also for a folder of more than 100,000 entries
   */
  async list(folder: string, wants: (name: string) => boolean): Promise<Map<string, RemoteFile>> {
    try {
      const entries = await this.#entries(folder, wants, this.#deadline())
      this.#folders.add(folder)
      return entries
    } catch (error) {
      if (await this.#isAbsent(folder, error)) return new Map()
      throw error
    }
  }

  /**
   * A small file's text, `undefined` where there is none.
   * @throws RefusedFileError also for what is no regular file, or larger than 4 MiB
   */
  async readText(path: string): Promise<string | undefined> {
    try {
      return await this.#text(path, this.#deadline())
    } catch (error) {
      if (await this.#isAbsent(path, error)) return undefined
      throw error
    }
  }

  /** Make a folder and those above it, unless they are known to be there. Mode 0750. */
  async makeFolder(folder: string): Promise<void> {
    if (!this.#folders.has(folder)) await this.makeFolderAgain(folder)
  }

  /** The same though it was known: server 1 clears away folders that are empty. */
  async makeFolderAgain(folder: string): Promise<void> {
    if (folder === '.') return
    await this.makeFolderAgain(posix.dirname(folder))
    try {
      await this.requests.makeFolder(folder, FOLDER_MODE)
    } catch (error) {
      // SFTP has no status for "exists already".
      if (!isRefused(error) || !(await this.#isFolder(folder))) throw error
    }
    this.#folders.add(folder)
  }

  /**
   * Ask for what a server need not be able to do, and do without where it refuses: `undefined` then. One that says that
   * it can't is not asked again.
   */
  async optional<Answer>(name: string, ask: () => Promise<Answer>): Promise<Answer | undefined> {
    if (this.#unsupported.has(name)) return undefined
    try {
      return await ask()
    } catch (error) {
      if (!isRefused(error)) throw error
      if (statusOf(error) === Status.OP_UNSUPPORTED) this.#unsupported.add(name)
      return undefined
    }
  }

  /** Remove a file, if there is one. */
  async remove(path: string): Promise<void> {
    await this.requests.remove(path).catch((error: unknown) => {
      if (!isMissing(error)) throw error
    })
  }

  async #entries(
    folder: string,
    wants: (name: string) => boolean,
    deadline: AbortSignal,
  ): Promise<Map<string, RemoteFile>> {
    const files = new Map<string, RemoteFile>()
    await this.#eachEntry(folder, deadline, async ({ filename, attrs }) => {
      if (wants(filename)) await this.#add(files, posix.join(folder, filename), attrs)
    })
    return files
  }

  async #eachEntry(
    folder: string,
    deadline: AbortSignal,
    take: (entry: FileEntryWithStats) => Promise<void> | void,
  ): Promise<void> {
    const handle = await this.requests.openFolder(folder)
    try {
      for (let seen = 0; ;) {
        const entries = await this.requests.entries(handle, folder).catch(atEnd)
        if (!entries) return
        seen += Math.max(entries.length, 1)
        if (seen > MOST_ENTRIES) throw this.#tooMuch(folder, `more than ${MOST_ENTRIES} entries`)
        if (deadline.aborted) throw this.#tooMuch(folder, 'no end')
        for (const entry of entries) await take(entry)
      }
    } finally {
      await this.requests.close(handle, folder).catch(whereRefused)
    }
  }

  /** A listing may leave attributes out; they are asked for one by one then. */
  async #add(files: Map<string, RemoteFile>, path: string, listed: Attributes): Promise<void> {
    // Some list every file with the size 0.
    const isWhole = listed.mode !== undefined && (listed.size ?? 0) > 0
    const attributes = isWhole ? listed : await this.#attributes(path)
    if (attributes && isFile(attributes)) files.set(posix.basename(path), remoteFile(attributes))
  }

  async #text(path: string, deadline: AbortSignal): Promise<string> {
    const { requests } = this
    const attributes = await this.#lookAt(path)
    if (!isFile(attributes))
      throw new RefusedFileError(`${this.address} has something else than a file at ${this.at(path)}: look at it there`)
    const handle = await requests.open(path, 'r', 0)
    try {
      const chunks: Buffer[] = []
      for (let bytes = 0; bytes <= MOST_BYTES;) {
        const chunk = await requests.read(handle, bytes, READ_BYTES, path)
        if (chunk.length === 0) return Buffer.concat(chunks).toString('utf8')
        if (deadline.aborted) throw this.#tooMuch(path, 'no end')
        chunks.push(chunk)
        bytes += chunk.length
      }
      throw this.#tooMuch(path, `more than ${MOST_BYTES} bytes`)
    } finally {
      await requests.close(handle, path).catch(whereRefused)
    }
  }

  #tooMuch(path: string, what: string): RefusedFileError {
    return new RefusedFileError(`${this.address} has ${what} in ${this.at(path)}: it is left alone, look at it there`)
  }

  #deadline(): AbortSignal {
    return AbortSignal.timeout(this.requests.connection.clock.socketMs(LONGEST_MS))
  }

  async #isFolder(path: string): Promise<boolean> {
    let refusal: unknown
    try {
      const attributes = await this.requests.lookAt(path)
      if (tellsType(attributes)) return isType(attributes.mode, constants.S_IFDIR)
    } catch (error) {
      if (await this.#isAbsent(path, error)) return false
      if (!isRefused(error)) throw error
      refusal = error
    }
    return this.#opensAsFolder(path, refusal)
  }

  /** @throws what refused an earlier look, where this is refused too */
  async #opensAsFolder(path: string, refusal: unknown): Promise<boolean> {
    try {
      const handle = await this.requests.openFolder(path)
      await this.requests.close(handle, path).catch(whereRefused)
      return true
    } catch (error) {
      if (!isRefused(error)) throw error
      if (refusal !== undefined) throw refusal instanceof Error ? refusal : error
      return false
    }
  }

  async #attributes(path: string): Promise<Attributes | undefined> {
    try {
      return await this.#lookAt(path)
    } catch (error) {
      if (await this.#isAbsent(path, error)) return undefined
      throw error
    }
  }

  /** Of a link itself, where the server lets that be told apart. */
  async #lookAt(path: string): Promise<Attributes> {
    try {
      return await this.requests.lookAt(path, { link: true })
    } catch (error) {
      if (!isRefused(error) || isMissing(error)) throw error
      return this.requests.lookAt(path)
    }
  }

  /**
   * Whether `error` came because there is nothing at `path`. Where its status doesn't say so, the folder above tells: some
   * servers have one status for all that fails, or deny what is missing.
   */
  async #isAbsent(path: string, error: unknown): Promise<boolean> {
    if (isMissing(error)) return true
    if (path === '.' || !isRefused(error)) return false
    const folder = posix.dirname(path)
    try {
      return !(await this.#holds(folder, posix.basename(path)))
    } catch (fault) {
      if (fault instanceof ConnectionLostError) throw fault
      return this.#isAbsent(folder, fault)
    }
  }

  async #holds(folder: string, name: string): Promise<boolean> {
    let isThere = false
    await this.#eachEntry(folder, this.#deadline(), ({ filename }) => {
      isThere ||= filename === name
    })
    return isThere
  }
}

const isType = (mode: number, type: number): boolean => (mode & constants.S_IFMT) === type

/** The protocol promises no more of a mode than permissions: the type's bits may be zero. */
const tellsType = (attributes: Attributes): attributes is Attributes & { mode: number } =>
  attributes.mode !== undefined && !isType(attributes.mode, 0)

/** What tells no type may be one. */
const isFile = (attributes: Attributes): boolean => !tellsType(attributes) || isType(attributes.mode, constants.S_IFREG)

const remoteFile = ({ size, mtime }: Attributes): RemoteFile => ({
  bytes: Number.isSafeInteger(size) ? size : undefined,
  // Nothing is from 1970: zero is not told.
  modifiedMs: mtime === undefined || mtime === 0 ? undefined : mtime * 1000,
})

function atEnd(error: unknown): undefined {
  if (statusOf(error) !== Status.EOF) throw error
}

/** A handle that can't be closed costs the server something, not us. */
function whereRefused(error: unknown): void {
  if (!isRefused(error)) throw error
}
