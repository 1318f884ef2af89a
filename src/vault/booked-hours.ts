import { join } from 'node:path'
import { namesIn } from '../durable/folder.js'
import { errorCode } from '../operator-error.js'
import { parseDayName } from '../utc.js'
import { parseBookName } from './book.js'

/** The hours that have a book in the vault, oldest first; `namesOf` as for `hoursNamed`. */
export const bookedHours = (vault: string, namesOf = folderNames): Promise<number[]> =>
  hoursNamed(vault, parseBookName, namesOf)

/** The hours for which there is a file whose name `parse` knows, oldest first; `namesOf` tells what lies in a day's folder. */
export async function hoursNamed(
  vault: string,
  parse: (name: string) => number | undefined,
  namesOf = folderNames,
): Promise<number[]> {
  const hours: number[] = []
  for (const day of await namesIn(vault))
    if (parseDayName(day) !== undefined)
      for (const name of await namesOf(join(vault, day)))
        hours.push(...[parse(name)].filter((hour) => hour !== undefined))
  return hours.sort((a, b) => a - b)
}

/** None of a file that is named like a day. @throws where the folder cannot be read: what it holds is not to be passed over */
const folderNames = (folder: string): Promise<string[]> => namesUnless(folder, (code) => code === 'ENOTDIR')

/** None where the folder cannot be read; for whoever tells of that elsewhere. */
export const readableNames = (folder: string): Promise<string[]> => namesUnless(folder, (code) => code !== undefined)

const namesUnless = (folder: string, isPassedOver: (code: string | undefined) => boolean): Promise<string[]> =>
  namesIn(folder).catch((error: unknown) => {
    if (isPassedOver(errorCode(error))) return []
    throw error
  })
