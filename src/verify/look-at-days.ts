import type { Clock } from '../clock.js'
import { faultText } from '../durable/owner.js'
import { errorCode } from '../operator-error.js'
import { dayName, hourName } from '../utc.js'
import type { Book } from '../vault/book.js'
import type { Reader } from './archive-content.js'
import { checkDay } from './check-day.js'
import { checkHour } from './check-hour.js'
import { checkReceipts } from './check-receipts.js'
import { addTo, nothingFound, type Found } from './finding.js'

/** How days are looked at. */
export interface DayCheck {
  readonly vault: string
  readonly server2Folder: string | undefined
  /** The hours whose content is read. */
  readonly chosen: readonly number[]
  readonly reader: Reader
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly progress?: (done: number, of: number, what: string) => void
}

/** What is found of each day: one after the other, so that a day's books need not be held for longer. */
export async function lookAtDays(days: readonly number[], check: DayCheck): Promise<Map<number, Found>> {
  const found = new Map<number, Found>()
  for (const day of days) found.set(day, await lookAtDay(day, check))
  return found
}

/** What is found of a day; a folder or file that cannot be read is found, too. */
export async function lookAtDay(day: number, check: DayCheck): Promise<Found> {
  const found = nothingFound()
  const attempt = async (place: string, work: () => Promise<Found>) => {
    try {
      addTo(found, await work())
    } catch (error) {
      check.signal.throwIfAborted()
      if (errorCode(error) === undefined) throw error
      found.findings.push({ place, text: `cannot be read (${faultText(error)})` })
    }
  }
  const books = new Map<number, Book>()
  await attempt(dayName(day), async () => {
    const checked = await checkDay(check.vault, day)
    for (const [hour, book] of checked.books) books.set(hour, book)
    return checked.found
  })
  const { server2Folder, clock } = check
  if (server2Folder !== undefined) await attempt(server2Folder, () => checkReceipts(server2Folder, books, clock.now()))
  for (const [hour, book] of books) await attempt(hourName(hour), () => lookAtHour(hour, book, check))
  return found
}

async function lookAtHour(hour: number, book: Book, check: DayCheck): Promise<Found> {
  const { vault, chosen, reader, clock, signal, progress } = check
  const index = chosen.indexOf(hour)
  if (index < 0) return nothingFound()
  signal.throwIfAborted()
  progress?.(index, chosen.length, hourName(hour))
  const found = await checkHour({ vault, hour, book, reader, nowMs: clock.now(), signal })
  if (found.findings.length > 0) found.unsound.add(hour)
  return found
}
