import { join } from 'node:path'
import { makeFolder } from '../durable/folder.js'
import { writeWholeFile } from '../durable/whole-file.js'
import { OperatorError } from '../operator-error.js'
import { hourName, parseHourName } from '../utc.js'
import { dayFolder } from '../vault/archive-names.js'
import { hoursNamed } from '../vault/booked-hours.js'
import type { LostSource } from './hour-stock.js'

const ENDING = '_lost.txt'
const noticeName = (hour: number): string => `${hourName(hour)}${ENDING}`
const parseNoticeName = (name: string): number | undefined =>
  name.endsWith(ENDING) ? parseHourName(name.slice(0, -ENDING.length)) : undefined

/** Where the notice of an hour's lost files lies, until the operator has seen it and removes it. */
export const noticePath = (vault: string, hour: number): string => join(dayFolder(vault, hour), noticeName(hour))

/** Minute files of server 1 that its journal names are damaged or nowhere: the hour waits for them to be put back. */
export class LostFilesError extends OperatorError {
  constructor(hour: number, lost: readonly LostSource[], untilMs: number) {
    const until = new Date(untilMs).toISOString()
    super(
      `${lost.length} minute files of ${hourName(hour)} that server 1's journal names are damaged or gone: ` +
        `${named(lost)}. The hour waits until ${until} for them to be put back from a copy, and then goes ahead without ` +
        'them. Check the disk',
    )
  }
}

/** Leave a notice that an hour goes ahead without these files. Until it is removed every run fails. */
export async function leaveNotice(vault: string, hour: number, lost: readonly LostSource[]): Promise<void> {
  await makeFolder(dayFolder(vault, hour))
  const files = lost.map(({ name, sha256, reason }) => `${name}  ${reason}  SHA-256 ${sha256}\n`).join('')
  await writeWholeFile(
    noticePath(vault, hour),
    `${hourName(hour)} is archived without these minute files of server 1:\n\n${files}\n` +
      'Damaged files lie in the spool with the ending .bad. A file that is put back whole, under its name, is taken in by\n' +
      'the next run; so is one with what is left of its lines, under another number (….9.jsonl).\n' +
      'Remove this notice once you have seen it: until then process-hour ends with exit code 1.\n',
  )
}

/** The hours whose lost files nobody has seen yet, oldest first. */
export const unseenLosses = (vault: string): Promise<number[]> => hoursNamed(vault, parseNoticeName)

const SHOWN = 3
const named = (lost: readonly LostSource[]): string =>
  lost
    .slice(0, SHOWN)
    .map(({ name, reason }) => `${name} (${reason})`)
    .join(', ') + (lost.length > SHOWN ? ', …' : '')
