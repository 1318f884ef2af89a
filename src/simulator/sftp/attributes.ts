import type { Stats } from 'node:fs'
import type { Attributes, FileEntry } from 'ssh2'

const TYPES: readonly (readonly [(stats: Stats) => boolean, string])[] = [
  [(stats) => stats.isDirectory(), 'd'],
  [(stats) => stats.isSymbolicLink(), 'l'],
  [(stats) => stats.isFile(), '-'],
]

/** A file's attributes as SFTP has them: times in whole seconds. */
export function attributesOf(stats: Stats): Attributes {
  const { mode, uid, gid, size } = stats
  return { mode, uid, gid, size, atime: Math.floor(stats.atimeMs / 1000), mtime: Math.floor(stats.mtimeMs / 1000) }
}

/** An entry of a listing; `longname` is a line of `ls -l`, whose first ten characters clients read. */
export function folderEntry(filename: string, stats: Stats): FileEntry {
  const type = TYPES.find(([is]) => is(stats))?.[1] ?? '?'
  const rights = [6, 3, 0].map((shift) => rightsText((stats.mode >> shift) & 7)).join('')
  const date = stats.mtime.toISOString().slice(0, 10)
  const longname = `${type}${rights} ${stats.nlink} ${stats.uid} ${stats.gid} ${stats.size} ${date} ${filename}`
  return { filename, longname, attrs: attributesOf(stats) }
}

const rightsText = (bits: number): string => (bits & 4 ? 'r' : '-') + (bits & 2 ? 'w' : '-') + (bits & 1 ? 'x' : '-')
