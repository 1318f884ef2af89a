import ssh2, { type Attributes, type FileEntry, type SFTPWrapper } from 'ssh2'
import type { Log } from '../../log.js'
import { attributesOf } from './attributes.js'
import { announceExtensions, extensionArguments, replySpace } from './extensions.js'
import { visiblePath } from './rooted-path.js'
import { applyAttributes, type OpenFile, ServedFolder } from './served-folder.js'
import type { RequestFault, SftpFaults } from './sftp-faults.js'
import { failure, permissionDenied, statusOf, unsupported } from './status.js'

const { utils } = ssh2

const { OPEN_MODE, STATUS_CODE } = utils.sftp

export interface FileSessionOptions {
  /** A real path. */
  readonly root: string
  readonly extensions: boolean
  readonly faults: SftpFaults
  readonly log: Log
  /** End the connection at once, without a word. */
  readonly cut: () => void
}

/** One client's SFTP session. Requests are answered one after the other, in the order in which they came, as OpenSSH does. */
export class FileSession {
  readonly #sftp: SFTPWrapper
  readonly #options: FileSessionOptions
  readonly #folder: ServedFolder
  /** Files whose connection is to be cut, and after how many bytes. */
  readonly #cuts = new Map<OpenFile, number>()
  #last: Promise<void> = Promise.resolve()
  #silent = false
  /** A folder whose entries have no end. */
  #endless: Buffer | undefined

  constructor(sftp: SFTPWrapper, options: FileSessionOptions) {
    this.#sftp = sftp
    this.#options = options
    this.#folder = new ServedFolder(options.root)
    if (options.extensions) announceExtensions(sftp)
    this.#serveFiles(sftp)
    this.#servePaths(sftp)
    // A client that has nothing more to ask waits for the channel to be closed.
    sftp.on('end', () => void this.#last.then(sftp.end.bind(sftp)))
    sftp.on('close', () => void this.#last.then(() => this.#folder[Symbol.asyncDispose]()))
  }

  #serveFiles(sftp: SFTPWrapper): void {
    const folder = this.#folder
    sftp.on('OPEN', (id, path, flags, { mode }) => {
      this.#answer(id, `OPEN ${visiblePath(path)}`, async () => {
        if (flags & OPEN_MODE.WRITE && this.#options.faults.readOnly(visiblePath(path))) throw permissionDenied()
        sftp.handle(id, await folder.open(path, flags, mode))
      })
    })
    sftp.on('READ', (id, handle, offset, length) => {
      this.#answer(id, this.#request('READ', handle), async () => {
        sftp.data(id, await folder.read(handle, offset, length))
      })
    })
    sftp.on('WRITE', (id, handle, offset, data) => {
      this.#done(id, this.#request('WRITE', handle), () => this.#write(folder.file(handle), offset, data))
    })
    sftp.on('FSTAT', (id, handle) => {
      this.#answer(id, this.#request('FSTAT', handle), async () => {
        const { file, path } = folder.file(handle)
        sftp.attrs(id, this.#told(attributesOf(await file.stat()), path))
      })
    })
    sftp.on('FSETSTAT', (id, handle, attributes) => {
      this.#done(id, this.#request('FSETSTAT', handle), () => applyAttributes(folder.file(handle).file, attributes))
    })
    sftp.on('CLOSE', (id, handle) => {
      this.#done(id, this.#request('CLOSE', handle), () => this.#close(handle))
    })
  }

  #servePaths(sftp: SFTPWrapper): void {
    const folder = this.#folder
    for (const event of ['STAT', 'LSTAT'] as const)
      sftp.on(event as 'STAT', (id, path) => {
        this.#answer(id, `${event} ${visiblePath(path)}`, async () => {
          sftp.attrs(id, this.#told(await folder.attributes(path), visiblePath(path)))
        })
      })
    sftp.on('OPENDIR', (id, path) => {
      this.#answer(id, `OPENDIR ${visiblePath(path)}`, async () => {
        const handle = await folder.openFolder(path)
        if (this.#options.faults.endlessList(visiblePath(path))) this.#endless = handle
        sftp.handle(id, handle)
      })
    })
    sftp.on('READDIR', (id, handle) => {
      this.#answer(id, this.#request('READDIR', handle), async () => {
        const path = folder.pathOf(handle)
        const entries = this.#endless?.equals(handle) ? endlessEntries() : await folder.entries(handle)
        const size = this.#options.faults.sizelessList(path) ? { size: 0 } : {}
        sftp.name(
          id,
          entries.map((entry) => ({ ...entry, attrs: { ...this.#told(entry.attrs, path), ...size } })),
        )
      })
    })
    sftp.on('REALPATH', (id, path) => {
      this.#answer(id, `REALPATH ${visiblePath(path)}`, () => {
        const filename = visiblePath(path)
        sftp.name(id, [{ filename, longname: filename, attrs: {} as never }])
      })
    })
    sftp.on('MKDIR', (id, path, { mode }) => {
      this.#done(id, `MKDIR ${visiblePath(path)}`, async () => {
        if (this.#options.faults.readOnly(visiblePath(path))) throw permissionDenied()
        await folder.makeFolder(path, mode)
      })
    })
    sftp.on('RENAME', (id, from, to) => {
      this.#done(id, `RENAME ${visiblePath(to)}`, () => this.#rename(() => folder.rename(from, to), to))
    })
    sftp.on('SETSTAT', (id, path, attributes) => {
      this.#done(id, `SETSTAT ${visiblePath(path)}`, () => folder.setAttributes(path, attributes))
    })
    sftp.on('RMDIR', (id, path) => {
      this.#done(id, `RMDIR ${visiblePath(path)}`, () => folder.removeFolder(path))
    })
    sftp.on('REMOVE', (id, path) => {
      this.#done(id, `REMOVE ${visiblePath(path)}`, () => folder.remove(path))
    })
    sftp.on('EXTENDED', (id, name, data) => {
      this.#answer(id, `EXTENDED ${name}`, () => this.#extended(id, name, data))
    })
  }

  async #extended(id: number, name: string, data: Buffer): Promise<void> {
    const [first = Buffer.alloc(0), second = ''] = this.#options.extensions ? extensionArguments(data) : []
    if (!this.#options.extensions) throw unsupported()
    switch (name) {
      case 'posix-rename@openssh.com': {
        const to = second.toString()
        await this.#rename(() => this.#folder.replace(first.toString(), to), to)
        break
      }
      case 'fsync@openssh.com':
        await this.#folder.file(first).file.sync()
        break
      case 'statvfs@openssh.com':
        await this.#replySpace(id, first.toString())
        return
      default:
        throw unsupported()
    }
    this.#sftp.status(id, STATUS_CODE.OK)
  }

  async #replySpace(id: number, path: string): Promise<void> {
    const space = await this.#folder.space(path)
    const free = this.#options.faults.freeBytes(visiblePath(path))
    const freeBlocks = free === undefined ? space.freeBlocks : Math.floor(free / space.blockBytes)
    replySpace(this.#sftp, id, { ...space, freeBlocks })
  }

  async #write(opened: OpenFile, offset: number, data: Buffer): Promise<void> {
    const { faults } = this.#options
    const cutAt = this.#cuts.get(opened) ?? faults.cutAt(opened.path)
    if (cutAt !== undefined) this.#cuts.set(opened, cutAt)
    if (faults.diskFull(opened.path)) throw failure()
    const length = Math.min(data.length, Math.max((cutAt ?? Infinity) - offset, 0))
    await opened.file.write(data, 0, length, offset)
    if (length < data.length) this.#cut(opened)
  }

  async #close(handle: Buffer): Promise<void> {
    const cut = [...this.#cuts.keys()].find((opened) => opened === this.#folder.file(handle))
    await this.#folder.close(handle)
    if (cut) this.#cut(cut)
  }

  #cut({ path }: OpenFile): void {
    this.#options.log.info({ path }, 'simulated SFTP server cuts the connection')
    this.#silent = true
    this.#options.cut()
  }

  async #rename(rename: () => Promise<void>, to: string): Promise<void> {
    if (this.#options.faults.refusesRename(visiblePath(to))) throw failure()
    await rename()
    this.#options.log.debug({ path: visiblePath(to) }, 'simulated SFTP server has a file in place')
  }

  /** The name of a request about an open file or folder, and its path. */
  #request(name: string, handle: Buffer): string {
    return `${name} ${this.#folder.pathOf(handle)}`
  }

  #told(attributes: Attributes, path: string): Attributes {
    const { faults } = this.#options
    if (faults.bareAttributes(path)) return {} as Attributes
    return faults.untypedModes(path) ? { ...attributes, mode: attributes.mode & 0o7777 } : attributes
  }

  /** A request that is answered with OK when `work` has succeeded. */
  #done(id: number, request: string, work: () => Promise<void>): void {
    this.#answer(id, request, async () => {
      await work()
      if (!this.#silent) this.#sftp.status(id, STATUS_CODE.OK)
    })
  }

  /** A request that `work` answers, or whose fault is answered with a status. */
  #answer(id: number, request: string, work: () => Promise<void> | void): void {
    this.#last = this.#last.then(async () => {
      this.#silent ||= this.#options.faults.stalls(request)
      if (this.#silent) return
      const fault = this.#options.faults.ofRequest(request)
      if (fault) {
        this.#strike(id, fault)
        return
      }
      try {
        await work()
      } catch (error) {
        const { status, message } = statusOf(error)
        const isMissing = status === (STATUS_CODE.NO_SUCH_FILE as number)
        const odd = isMissing ? this.#options.faults.oddMissing(request) : undefined
        this.#sftp.status(id, odd ?? status, message)
      }
    })
  }

  #strike(id: number, { kind, value }: RequestFault): void {
    switch (kind) {
      case 'status':
        this.#sftp.status(id, value ?? STATUS_CODE.FAILURE)
        return
      case 'wrong-answer':
        this.#sftp.name(id, [])
        return
      case 'end-session':
        this.#silent = true
        this.#sftp.end()
        return
      case 'hang-up':
        this.#silent = true
        this.#options.cut()
    }
  }
}

function endlessEntries(): FileEntry[] {
  const attrs = { mode: 0o100640, uid: 0, gid: 0, size: 1, atime: 0, mtime: 0 }
  return Array.from({ length: 100 }, () => ({ filename: 'x', longname: 'x', attrs }))
}
