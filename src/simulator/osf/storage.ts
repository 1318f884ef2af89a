import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../clock.js'
import { ContentFolder, type Received } from './content-folder.js'
import { idPath, latestVersion, materializedPath } from './stored-entry.js'
import type { StoredEntry, StoredFile, StoredFolder, Version } from './stored-entry.js'

/** What happened to the storage, one JSON line each: replayed, they are its state. */
type Change =
  | { change: 'folder'; id: string; name: string; parent: string }
  | ({ change: 'version'; id: string; name: string; parent: string } & Version)
  | { change: 'moved'; id: string; name: string; parent: string }
  | { change: 'removed'; id: string }

/**
 * The folders and files of one OSF project, on disk below `folder`: `changes.jsonl` is the state, `content/` holds every
 * version by its SHA-256, and `files/` shows the newest ones under their names, for a person to look at. As at OSF, a
 * file and a folder of one name may lie side by side; `files/` then shows the folder.
 */
export class Storage {
  readonly root: StoredFolder = { kind: 'folder', id: 'root', name: '', parent: undefined }
  readonly content: ContentFolder
  readonly #entries = new Map<string, StoredEntry>([['root', this.root]])
  readonly #changesFile: string
  readonly #clock: Clock
  #changes = 0

  constructor(folder: string, clock: Clock) {
    mkdirSync(folder, { recursive: true })
    this.content = new ContentFolder(folder)
    this.#clock = clock
    this.#changesFile = join(folder, 'changes.jsonl')
    if (!existsSync(this.#changesFile)) return
    const text = readFileSync(this.#changesFile, 'utf8')
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    for (const line of whole.split('\n').slice(0, -1)) this.#apply(JSON.parse(line) as Change)
    // What a crash tore off was never answered for, and must not run into the next line.
    if (whole !== text) writeFileSync(this.#changesFile, whole)
  }

  /** The entry at a path by ID, such as `/553e…/`; `undefined` also where only the slash at the end is wrong. */
  find(path: string): StoredEntry | undefined {
    const entry = this.#entries.get(path.replaceAll('/', '') || 'root')
    return entry && idPath(entry) === path ? entry : undefined
  }

  findById(id: string): StoredEntry | undefined {
    return this.#entries.get(id)
  }

  childFolder(parent: StoredFolder, name: string): StoredFolder | undefined {
    return this.children(parent).find((entry) => entry.kind === 'folder' && entry.name === name) as StoredFolder
  }

  childFile(parent: StoredFolder, name: string): StoredFile | undefined {
    return this.children(parent).find((entry) => entry.kind === 'file' && entry.name === name) as StoredFile
  }

  /** By name. */
  children(parent: StoredFolder): StoredEntry[] {
    const children = [...this.#entries.values()].filter((entry) => entry.parent === parent)
    return children.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Every file, by path. */
  files(): StoredFile[] {
    const files = [...this.#entries.values()].filter((entry) => entry.kind === 'file')
    return files.sort((a, b) => (materializedPath(a) < materializedPath(b) ? -1 : 1))
  }

  makeFolder(parent: StoredFolder, name: string): StoredFolder {
    const id = this.#newId()
    this.#record({ change: 'folder', id, name, parent: parent.id })
    const folder = this.#entries.get(id) as StoredFolder
    this.content.showFolder(materializedPath(folder))
    return folder
  }

  /** Give the file of this name the received content: as a new version, unless the newest one has it already. */
  storeFile(parent: StoredFolder, name: string, received: Received): StoredFile {
    const known = this.childFile(parent, name)
    const { sha256, md5, bytes } = received
    this.content.keep(received, materializedPath(parent) + name)
    if (known && latestVersion(known).sha256 === sha256) return known
    const id = known?.id ?? this.#newId()
    this.#record({ change: 'version', id, name, parent: parent.id, sha256, md5, bytes, at: this.#clock.now() })
    return this.#entries.get(id) as StoredFile
  }

  /** Take an entry away, a folder with all that is in it. The contents stay in `content/`. */
  remove(entry: StoredEntry): void {
    this.#record({ change: 'removed', id: entry.id })
    this.content.hide(materializedPath(entry))
  }

  /** Put an entry into another folder or give it another name, with all that is in it. */
  move(entry: StoredEntry, parent: StoredFolder, name: string): void {
    const from = materializedPath(entry)
    this.#record({ change: 'moved', id: entry.id, name, parent: parent.id })
    this.content.move(from, materializedPath(entry))
  }

  /** Bytes of the newest versions of all files. */
  usedBytes(): number {
    return this.files().reduce((sum, file) => sum + latestVersion(file).bytes, 0)
  }

  #newId(): string {
    return createHash('sha256').update(String(this.#changes)).digest('hex').slice(0, 24)
  }

  #record(change: Change): void {
    this.#apply(change)
    appendFileSync(this.#changesFile, JSON.stringify(change) + '\n')
  }

  #apply(change: Change): void {
    this.#changes += 1
    if (change.change === 'folder') this.#applyFolder(change)
    else if (change.change === 'version') this.#applyVersion(change)
    else if (change.change === 'moved') this.#applyMoved(change)
    else this.#applyRemoved(change.id)
  }

  #applyFolder({ id, name, parent }: Extract<Change, { change: 'folder' }>): void {
    this.#entries.set(id, { kind: 'folder', id, name, parent: this.#folder(parent) })
  }

  #applyVersion({ id, name, parent, sha256, md5, bytes, at }: Extract<Change, { change: 'version' }>): void {
    const version = { sha256, md5, bytes, at }
    const known = this.#entries.get(id)
    if (known?.kind === 'file') known.versions.push(version)
    else this.#entries.set(id, { kind: 'file', id, name, parent: this.#folder(parent), versions: [version] })
  }

  #applyMoved({ id, name, parent }: Extract<Change, { change: 'moved' }>): void {
    const entry = this.#entries.get(id)
    if (entry) Object.assign(entry, { name, parent: this.#folder(parent) })
  }

  #applyRemoved(id: string): void {
    const gone = this.#entries.get(id)
    this.#entries.delete(id)
    for (const entry of [...this.#entries.values()]) if (entry.parent === gone) this.#applyRemoved(entry.id)
  }

  #folder(id: string): StoredFolder {
    const folder = this.#entries.get(id)
    if (folder?.kind !== 'folder') throw new Error(`there is no folder ${id} in ${this.#changesFile}`)
    return folder
  }
}
