import { join } from 'node:path'
import { namesIn } from '../durable/folder.js'
import { parseDayName } from '../utc.js'
import { parseBookName } from './book.js'

/** The hours that have a book in the vault, oldest first. */
export const bookedHours = (vault: string): Promise<number[]> => hoursNamed(vault, parseBookName)

/** The hours for which there is a file whose name `parse` knows, oldest first. */
export async function hoursNamed(vault: string, parse: (name: string) => number | undefined): Promise<number[]> {
  const hours: number[] = []
  for (const day of await namesIn(vault))
    if (parseDayName(day) !== undefined)
      for (const name of await namesIn(join(vault, day)))
        hours.push(...[parse(name)].filter((hour) => hour !== undefined))
  return hours.sort((a, b) => a - b)
}
