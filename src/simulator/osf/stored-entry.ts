/** One content that a file has had; the last one is the file's. */
export interface Version {
  readonly sha256: string
  readonly md5: string
  readonly bytes: number
  /** ms since 1970. */
  readonly at: number
}

export interface StoredFile {
  readonly kind: 'file'
  /** 24 hex digits, as OSF's. */
  readonly id: string
  name: string
  parent: StoredFolder
  /** Oldest first, never empty once the file can be seen. */
  readonly versions: Version[]
}

export interface StoredFolder {
  readonly kind: 'folder'
  readonly id: string
  name: string
  /** `undefined` at the root. */
  parent: StoredFolder | undefined
}

export type StoredEntry = StoredFile | StoredFolder

/** `/2026/11/`, `/2026/11/21.txt`, `/`: the path as people name it, which OSF calls materialized. */
export function materializedPath(entry: StoredEntry): string {
  if (!entry.parent) return '/'
  return `${materializedPath(entry.parent)}${entry.name}${entry.kind === 'folder' ? '/' : ''}`
}

/** `/553e69248c5e4a219919ea54`, of a folder with a slash behind it: the path by ID, which the requests use. */
export function idPath(entry: StoredEntry): string {
  if (!entry.parent) return '/'
  return `/${entry.id}${entry.kind === 'folder' ? '/' : ''}`
}

/** The newest content. @throws Error for a file that has none, which the storage never shows */
export function latestVersion(file: StoredFile): Version {
  const version = file.versions.at(-1)
  if (!version) throw new Error(`file ${file.id} has no content`)
  return version
}
