import type { OsfClient } from './osf-client.js'
import { OsfError } from './osf-error.js'
import type { RemoteFile, RemoteFolder } from './remote-entry.js'
import { retrying, type Patience } from './retrying.js'

/** A folder at OSF and what was in it when it was looked at. */
export interface Listing {
  readonly folder: RemoteFolder
  readonly folders: Map<string, RemoteFolder>
  readonly files: Map<string, RemoteFile>
}

/**
 * The folders of the project's storage, each asked for once and remembered until forgotten. Its requests are tried again;
 * one that fails all the same is fatal, for they are small and have no fault of a file's.
 */
export class RemoteTree {
  readonly #client: OsfClient
  readonly #patience: Patience
  readonly #listings = new Map<string, Listing>()
  #storage: RemoteFolder | undefined

  constructor(client: OsfClient, patience: Patience) {
    this.#client = client
    this.#patience = patience
  }

  /** The folder at `path` (`['2026', '11']`; the root is `[]`), made where it is missing. @throws OsfError */
  async open(path: readonly string[]): Promise<Listing> {
    const found = await this.look(path)
    if (found) return found
    const made = await this.#make(path)
    this.#listings.set(path.join('/'), made)
    return made
  }

  /** The folder at `path`, `undefined` where there is none: nothing is made. @throws OsfError */
  async look(path: readonly string[]): Promise<Listing | undefined> {
    const known = this.#listings.get(path.join('/'))
    if (known) return known
    const listing = await this.#find(path)
    if (listing) this.#listings.set(path.join('/'), listing)
    return listing
  }

  /** Take up what an answer told of a file in the folder at `path`. */
  remember(path: readonly string[], file: RemoteFile): void {
    this.#listings.get(path.join('/'))?.files.set(file.name, file)
  }

  /** Look at this folder again when it is asked for. */
  forget(path: readonly string[]): void {
    this.#listings.delete(path.join('/'))
  }

  /** Look at everything again, for some of it is gone. */
  forgetAll(): void {
    this.#listings.clear()
  }

  async #find(path: readonly string[]): Promise<Listing | undefined> {
    const name = path.at(-1)
    if (name === undefined) return this.#list((this.#storage ??= await this.#ask(() => this.#client.findStorage())))
    const folder = (await this.look(path.slice(0, -1)))?.folders.get(name)
    return folder && this.#list(folder)
  }

  /** Whoever made the folder in between, it is there; OSF does not tell where, so its parent is listed again. */
  async #make(path: readonly string[]): Promise<Listing> {
    const parentPath = path.slice(0, -1)
    const name = path.at(-1) ?? ''
    const parent = await this.open(parentPath)
    const folder = await this.#ask(() => this.#client.makeFolder(parent.folder, name))
    if (folder) {
      parent.folders.set(name, folder)
      return { folder, folders: new Map(), files: new Map() }
    }
    this.forget(parentPath)
    const listing = await this.#find(path)
    if (!listing)
      throw new OsfError(
        'temporary',
        `OSF has a folder /${path.join('/')}/ but does not list it: the next run looks again`,
      )
    return listing
  }

  async #list(folder: RemoteFolder): Promise<Listing> {
    const entries = await this.#ask(() => this.#client.list(folder))
    const listing: Listing = { folder, folders: new Map(), files: new Map() }
    for (const entry of entries) {
      if (entry.kind === 'folder') listing.folders.set(entry.name, entry)
      else listing.files.set(entry.name, entry)
    }
    return listing
  }

  async #ask<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await retrying(action, this.#patience)
    } catch (error) {
      if (!(error instanceof OsfError) || error.kind !== 'temporary') throw error
      throw new OsfError('temporary', error.message, { fatal: true })
    }
  }
}
