import { posix } from 'node:path'
import type { Stats } from 'ssh2'
import { OperatorError } from '../operator-error.js'
import type { Connection } from './connection.js'
import { addressOf, answerFault, isMissing, isUnsupported } from './sync-fault.js'

const FOLDER_MODE = 0o750

/** A file in server 2's spool on server 1. */
export interface RemoteFile {
  readonly bytes: number
  /** By server 1's clock, in whole seconds. */
  readonly modifiedMs: number
}

type Answered<Answer> = (error: Error | null | undefined, answer: Answer) => void

/** Server 2's spool on server 1. Paths are relative to it, with `/` between names. */
export class RemoteSpool {
  readonly connection: Connection
  /** Folders that are known to be there. */
  readonly #folders = new Set<string>(['.'])

  private constructor(connection: Connection) {
    this.connection = connection
  }

  /** @throws OperatorError where the account sees no such folder */
  static async open(connection: Connection): Promise<RemoteSpool> {
    const remote = new RemoteSpool(connection)
    const stats = await remote.#stat('.')
    if (stats?.isDirectory()) return remote
    const { user, remoteFolder } = connection.settings
    throw new OperatorError(
      `${addressOf(connection.settings)} has no folder ${remoteFolder} for user ${user}: make it there, ` +
        `or correct [sync] remote_folder (a chrooted account sees its own root as /)`,
    )
  }

  /** The path as server 1 knows it. */
  at(path: string): string {
    return posix.join(this.connection.settings.remoteFolder, path)
  }

  /** Wait for one request's answer. @throws OperatorError where it is a refusal; `doing` and `path` are for its message */
  async ask<Answer>(doing: string, path: string, send: (done: Answered<Answer>) => void): Promise<Answer> {
    const request = new Promise<Answer>((resolve, reject) => {
      send((error, answer) => {
        if (error) reject(error)
        else resolve(answer)
      })
    })
    return this.answer(doing, path, request)
  }

  /** The same for a request that is under way. */
  async answer<Answer>(doing: string, path: string, request: Promise<Answer>): Promise<Answer> {
    try {
      return await this.connection.answer(request)
    } catch (error) {
      throw answerFault(error, doing, this.at(path), this.connection.settings)
    }
  }

  /** The files of a folder by name; none where there is no such folder. */
  async list(folder: string): Promise<Map<string, RemoteFile>> {
    try {
      const entries = await this.answer('list', folder, this.connection.client.list(this.at(folder)))
      this.#folders.add(folder)
      const files = entries.filter(({ type }) => type === '-')
      return new Map(files.map(({ name, size, modifyTime }) => [name, { bytes: size, modifiedMs: modifyTime }]))
    } catch (error) {
      if (isMissing(error)) return new Map()
      throw error
    }
  }

  /** A small file's text, `undefined` where it is gone. */
  async readText(path: string): Promise<string | undefined> {
    try {
      const content = await this.answer('read', path, this.connection.client.get(this.at(path)))
      return (content as Buffer).toString('utf8')
    } catch (error) {
      if (isMissing(error)) return undefined
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
      const { sftp } = this.connection
      await this.ask('make', folder, (done) => {
        sftp.mkdir(this.at(folder), { mode: FOLDER_MODE }, done as () => void)
      })
    } catch (error) {
      // SFTP has no status for "exists already".
      if (!(await this.#stat(folder))?.isDirectory()) throw error
    }
    this.#folders.add(folder)
  }

  async remove(path: string): Promise<void> {
    await this.answer('remove', path, this.connection.client.delete(this.at(path), true))
  }

  /** Bytes that the account may still write, `undefined` where the server doesn't tell. */
  async freeBytes(): Promise<number | undefined> {
    try {
      const { f_frsize, f_bavail } = await this.ask<{ f_frsize: number; f_bavail: number }>('measure', '.', (done) => {
        this.connection.sftp.ext_openssh_statvfs(this.at('.'), done)
      })
      return f_frsize * f_bavail
    } catch (error) {
      if (isUnsupported(error)) return undefined
      throw error
    }
  }

  async #stat(path: string): Promise<Stats | undefined> {
    try {
      return await this.ask<Stats>('look at', path, (done) => {
        this.connection.sftp.stat(this.at(path), done)
      })
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }
}
