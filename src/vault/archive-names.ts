import { join } from 'node:path'
import { dayName, hourName, parseHourName } from '../utc.js'

const endings = {
  IDs: 'IDs.txt.xz',
  tweets: 'tweets.csv.xz',
  users: 'users.csv.xz',
  rejected: 'rejected.jsonl.xz',
  raw: 'raw.jsonl.zst',
} as const

/** What an archive file holds. */
export type ArchiveKind = keyof typeof endings

/** In the order in which the book names them. */
export const archiveKinds = Object.keys(endings) as ArchiveKind[]
const HOUR_LENGTH = '2026-11-21_13'.length

/** `2026-11-21_13_tweets.csv.xz` */
export const archiveName = (hour: number, kind: ArchiveKind): string => `${hourName(hour)}_${endings[kind]}`

/** The hour that one of our names begins with, be it an archive file's, a book's or a `.part`; else `undefined`. */
export const hourOfName = (name: string): number | undefined => parseHourName(name.slice(0, HOUR_LENGTH))

/** The other way round; `undefined` for strangers, which are left alone. */
export function parseArchiveName(name: string): { hour: number; kind: ArchiveKind } | undefined {
  const hour = hourOfName(name)
  const kind = archiveKinds.find((kind) => name.slice(HOUR_LENGTH) === `_${endings[kind]}`)
  return hour === undefined || kind === undefined ? undefined : { hour, kind }
}

/** `VAULT/2026-11-21`: where an hour's files lie. */
export const dayFolder = (vault: string, hour: number): string => join(vault, dayName(hour))
