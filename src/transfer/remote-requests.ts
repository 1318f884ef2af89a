import { posix } from 'node:path'
import type { FileEntryWithStats, SFTPWrapper, Stats } from 'ssh2'
import { OperatorError } from '../operator-error.js'
import type { Connection } from './connection.js'
import { answerFault, asStatus, nonsenseFault } from './sync-fault.js'

type Done<Answer> = (error: Error | null | undefined, answer?: Answer) => void

/** What a server tells of a file; each of them may be missing (SFTP version 3, section 5). */
export type Attributes = Partial<Pick<Stats, 'mode' | 'size' | 'mtime'>>

/** Room on a file system, in the terms of statvfs(2). */
export interface Space {
  readonly f_frsize: number
  readonly f_blocks: number
  readonly f_bavail: number
}

/**
 * The requests of SFTP version 3 that a sync makes, and three of OpenSSH's extensions. Paths are relative to server 2's
 * spool on server 1. Each resolves with an answer of the right kind.
 * @throws RefusedFileError where server 1 refuses; ConnectionLostError where it doesn't answer, or answers nonsense
 */
export class RemoteRequests {
  readonly connection: Connection

  constructor(connection: Connection) {
    this.connection = connection
  }

  /** The path as server 1 knows it. */
  at(path: string): string {
    return posix.join(this.connection.settings.remoteFolder, path)
  }

  open(path: string, flags: 'r' | 'w', mode: number): Promise<Buffer> {
    return this.#handle(flags === 'r' ? 'read' : 'write', path, (sftp, done) => {
      sftp.open(this.at(path), flags, { mode }, done)
    })
  }

  openFolder(path: string): Promise<Buffer> {
    return this.#handle('list', path, (sftp, done) => {
      sftp.opendir(this.at(path), done)
    })
  }

  /** Some entries of a folder, `.` and `..` among them. @throws RefusedFileError with the status EOF at its end */
  entries(handle: Buffer, path: string): Promise<readonly FileEntryWithStats[]> {
    return this.#ask<FileEntryWithStats[]>(
      'list',
      path,
      (answer) => Array.isArray(answer),
      (sftp, done) => {
        // Unless it is to be `full`, ssh2 looks into the answer before it knows that it has one; its types leave that out.
        const read = sftp.readdir.bind(sftp) as unknown as (
          handle: Buffer,
          options: { full: true },
          done: Done<unknown>,
        ) => void
        read(handle, { full: true }, done as Done<unknown>)
      },
    )
  }

  /** At most `length` bytes from `offset` on; none at the end. */
  async read(handle: Buffer, offset: number, length: number, path: string): Promise<Buffer> {
    const buffer = Buffer.alloc(length)
    const bytes = await this.#ask<number>('read', path, Number.isSafeInteger, (sftp, done) => {
      sftp.read(handle, buffer, 0, length, offset, done)
    })
    return buffer.subarray(0, bytes)
  }

  write(handle: Buffer, bytes: Buffer, offset: number, path: string): Promise<void> {
    return this.#done('write', path, (sftp, done) => {
      sftp.write(handle, bytes, 0, bytes.length, offset, done)
    })
  }

  close(handle: Buffer, path: string): Promise<void> {
    return this.#done('close', path, (sftp, done) => {
      sftp.close(handle, done)
    })
  }

  /** Of an open file. */
  measure(handle: Buffer, path: string): Promise<Attributes> {
    return this.#attributes('measure', path, (sftp, done) => {
      sftp.fstat(handle, done)
    })
  }

  /** `link`: of a symbolic link itself, not of what it points at. */
  lookAt(path: string, { link = false } = {}): Promise<Attributes> {
    return this.#attributes('look at', path, (sftp, done) => {
      if (link) sftp.lstat(this.at(path), done)
      else sftp.stat(this.at(path), done)
    })
  }

  setMode(handle: Buffer, mode: number, path: string): Promise<void> {
    return this.#done('set the mode of', path, (sftp, done) => {
      sftp.fchmod(handle, mode, done)
    })
  }

  setModeOf(path: string, mode: number): Promise<void> {
    return this.#done('set the mode of', path, (sftp, done) => {
      sftp.chmod(this.at(path), mode, done)
    })
  }

  makeFolder(path: string, mode: number): Promise<void> {
    return this.#done('make', path, (sftp, done) => {
      sftp.mkdir(this.at(path), { mode }, done)
    })
  }

  remove(path: string): Promise<void> {
    return this.#done('remove', path, (sftp, done) => {
      sftp.unlink(this.at(path), done)
    })
  }

  /** Where something lies at `to` the protocol wants this refused; some servers write over it. */
  rename(from: string, to: string): Promise<void> {
    return this.#done('rename', to, (sftp, done) => {
      sftp.rename(this.at(from), this.at(to), done)
    })
  }

  /** OpenSSH's extension: over whatever lies at `to`, at once. */
  renameOver(from: string, to: string): Promise<void> {
    return this.#done('rename', to, (sftp, done) => {
      sftp.ext_openssh_rename(this.at(from), this.at(to), done)
    })
  }

  /** OpenSSH's extension. */
  sync(handle: Buffer, path: string): Promise<void> {
    return this.#done('sync', path, (sftp, done) => {
      sftp.ext_openssh_fsync(handle, done)
    })
  }

  /** OpenSSH's extension. */
  space(path: string): Promise<Space> {
    return this.#ask<Space>('measure', path, isSpace, (sftp, done) => {
      sftp.ext_openssh_statvfs(this.at(path), done as Done<unknown>)
    })
  }

  #handle(doing: string, path: string, send: (sftp: SFTPWrapper, done: Done<Buffer>) => void): Promise<Buffer> {
    return this.#ask(doing, path, (answer) => Buffer.isBuffer(answer), send)
  }

  #attributes(doing: string, path: string, send: (sftp: SFTPWrapper, done: Done<Stats>) => void): Promise<Attributes> {
    const isStats = (answer: unknown) => typeof answer === 'object' && answer !== null && !Buffer.isBuffer(answer)
    return this.#ask<Stats>(doing, path, isStats, send)
  }

  async #done(doing: string, path: string, send: (sftp: SFTPWrapper, done: () => void) => void): Promise<void> {
    // What ssh2 tells of a WRITE is its own count, whatever the answer was.
    const isDone = (answer: unknown) => answer === undefined || typeof answer === 'number'
    await this.#ask<unknown>(doing, path, isDone, send as (sftp: SFTPWrapper, done: Done<unknown>) => void)
  }

  /** Send one request and wait for its answer, which must be what was asked for. */
  async #ask<Answer>(
    doing: string,
    path: string,
    isAnswer: (answer: unknown) => boolean,
    send: (sftp: SFTPWrapper, done: Done<Answer>) => void,
  ): Promise<Answer> {
    const { connection } = this
    const request = new Promise<Answer | undefined>((resolve, reject) => {
      send(connection.sftp, (error, answer) => {
        if (error) reject(error)
        else resolve(answer)
      })
    }).catch((error: unknown) => {
      throw asStatus(error)
    })
    try {
      const answer = await connection.answer(request)
      if (isAnswer(answer)) return answer as Answer
    } catch (error) {
      throw error instanceof OperatorError ? error : answerFault(error, doing, this.at(path), connection.settings)
    }
    throw nonsenseFault(connection.settings, doing, this.at(path))
  }
}

function isSpace(answer: unknown): boolean {
  const { f_frsize, f_blocks, f_bavail } = (answer ?? {}) as Partial<Space>
  return [f_frsize, f_blocks, f_bavail].every((number) => typeof number === 'number')
}
