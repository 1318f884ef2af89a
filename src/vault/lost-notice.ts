import { readFile, rm } from '../durable/files.js'
import { join } from 'node:path'
import { makeFolder, syncFolder } from '../durable/folder.js'
import { writeWholeFile } from '../durable/whole-file.js'
import { errorCode } from '../operator-error.js'
import { hourName, parseHourName } from '../utc.js'
import { dayFolder } from './archive-names.js'
import { hoursNamed } from './booked-hours.js'
import type { Book, LostFile } from './book.js'

const ENDING = '_lost.txt'

/** `2026-11-21_13_lost.txt` */
export const noticeName = (hour: number): string => `${hourName(hour)}${ENDING}`

/** The other way round; `undefined` for strangers. */
export const parseNoticeName = (name: string): number | undefined =>
  name.endsWith(ENDING) ? parseHourName(name.slice(0, -ENDING.length)) : undefined

/** Where the notice of an hour's lost files lies, until the operator has seen it and removes it. */
export const noticePath = (vault: string, hour: number): string => join(dayFolder(vault, hour), noticeName(hour))

/** A file as the notice has it. */
export type NoticedFile = Pick<LostFile, 'server' | 'name' | 'sha256' | 'reason'>

/** Leave a notice that an hour is archived without these files. Until it is removed every process-hour fails. */
export async function leaveNotice(
  vault: string,
  hour: number,
  lost: readonly NoticedFile[],
  revisions: Book['revisions'] = [],
): Promise<void> {
  await makeFolder(dayFolder(vault, hour))
  await writeWholeFile(noticePath(vault, hour), noticeText(hour, lost, revisions))
}

/** Bring a notice that still lies there up to date with its hour's book: without a lost file there is none. */
export async function renewNotice(vault: string, hour: number, { lost = [], revisions }: Book): Promise<void> {
  const there = await textOf(noticePath(vault, hour))
  if (there === undefined || there === noticeText(hour, lost, revisions)) return
  if (lost.length > 0) return leaveNotice(vault, hour, lost, revisions)
  await rm(noticePath(vault, hour))
  await syncFolder(dayFolder(vault, hour))
}

/** The files that an hour's notice names; none where there is no notice. */
export async function noticedFiles(vault: string, hour: number): Promise<NoticedFile[]> {
  const text = (await textOf(noticePath(vault, hour))) ?? ''
  const lines = text.matchAll(/^(\S+) {2}(damaged|vanished|archive_damaged) {2}server ([12]) {2}SHA-256 (\w{64})$/gm)
  return [...lines].map(([, name = '', reason, server, sha256 = '']) => ({
    server: server === '1' ? 1 : 2,
    name,
    sha256,
    reason: reason as LostFile['reason'],
  }))
}

/** The hours whose lost files nobody has seen yet, oldest first. */
export const unseenLosses = (vault: string): Promise<number[]> => hoursNamed(vault, parseNoticeName)

const noticeText = (hour: number, lost: readonly NoticedFile[], revisions: Book['revisions']): string =>
  `${hourName(hour)} is archived without these minute files:\n\n` +
  lost.map(({ server, name, sha256, reason }) => `${name}  ${reason}  server ${server}  SHA-256 ${sha256}\n`).join('') +
  '\ndamaged, vanished: so it was in the spool; a damaged one lies there with the ending .bad.\n' +
  'archive_damaged: it was archived, and the archive files that held it were damaged. What could be read of them is in the\n' +
  'archive. What server 2 still keeps comes again by itself, and is then struck off here.\n\n' +
  'A file that is put back whole into its spool, under its name, is taken in by the next process-hour; so is one with what\n' +
  'is left of its lines, under another number (….9.jsonl).\n' +
  'Remove this notice once you have seen it: until then process-hour ends with exit code 1.\n' +
  revisions.map(({ revision, at, change }) => `\nrevision ${revision}, ${at}: ${change}`).join('') +
  (revisions.length > 0 ? '\n' : '')

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  })
}
