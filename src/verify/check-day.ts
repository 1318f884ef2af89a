import { readFile } from '../durable/files.js'
import { join } from 'node:path'
import { namesIn } from '../durable/folder.js'
import { faultText } from '../durable/owner.js'
import { PART } from '../durable/whole-file.js'
import { errorCode, errorText, OperatorError } from '../operator-error.js'
import { dayReport, reportName } from '../report/day-report.js'
import { dayName, dayOf, parseDayName } from '../utc.js'
import { parseArchiveName } from '../vault/archive-names.js'
import { bookName, parseBookName, readBook, type Book } from '../vault/book.js'
import { noticeName, parseNoticeName } from '../vault/lost-notice.js'
import { bookFaults } from './book-balance.js'
import { nothingFound, type Found } from './finding.js'
import { listeningFaults } from './listening-faults.js'
import { isPutAside } from './put-aside.js'

/** A day's books by hour, and what was found of its folder. */
export interface CheckedDay {
  readonly books: ReadonlyMap<number, Book>
  readonly found: Found
}

/** Check all of a day's folder but the content of its archive files: books, report, strangers. */
export async function checkDay(vault: string, day: number): Promise<CheckedDay> {
  const names = await namesIn(join(vault, dayName(day)))
  const found = nothingFound()
  const books = new Map<number, Book>()
  for (const hour of names.map(parseBookName)) {
    if (hour === undefined || dayOf(hour) !== day) continue
    const place = join(dayName(day), bookName(hour))
    const book = await readBook(vault, hour).catch((error: unknown) => {
      tellOfUnread(error, place, hour, found)
      return undefined
    })
    if (!book) continue
    books.set(hour, book)
    for (const text of bookFaults(book, hour)) found.findings.push({ place, text })
    tellOfMisjudged(book, place, hour, found)
    tellOfLost(book, { place, hasNotice: names.includes(noticeName(hour)) }, hour, found)
  }
  lookAtNames(day, names, books, found)
  await checkReport(vault, day, { names, books }, found)
  return { books, found }
}

/** What reads the state of an hour, the data set above all, would tell something else than its figures do. */
function tellOfMisjudged(book: Book, place: string, hour: number, found: Found): void {
  const faults = listeningFaults(book, hour)
  for (const text of faults) found.findings.push({ place, text })
  if (faults.length > 0) found.misjudged.add(hour)
}

/** A book that only this process cannot read may be whole: it is not to be made anew. */
function tellOfUnread(error: unknown, place: string, hour: number, found: Found): void {
  if (error instanceof OperatorError) {
    found.findings.push({ place, text: `damaged: ${errorText(error)}` })
    found.damaged.add(hour)
  } else if (errorCode(error) !== undefined)
    found.findings.push({ place, text: `cannot be read (${faultText(error)})` })
  else throw error
}

function lookAtNames(day: number, names: readonly string[], books: ReadonlyMap<number, Book>, found: Found): void {
  for (const name of names) {
    const place = join(dayName(day), name)
    if (name === reportName(day) || isBookOf(day, name)) continue
    const noticed = parseNoticeName(name)
    if (noticed !== undefined) {
      if (books.has(noticed) && !books.get(noticed)?.lost)
        found.notes.push({ place, text: 'its book knows of no lost file: remove it' })
    } else if (name.endsWith(PART))
      found.notes.push({ place, text: 'half-written: the next process-hour deals with it' })
    else if (isPutAside(name))
      found.notes.push({ place, text: 'files that were damaged and put aside by verify --mend' })
    else lookAtArchiveFile(place, name, books, found)
  }
}

/** A file of an hour without a book shows that the book is lost; beside a book it is a stranger. */
function lookAtArchiveFile(place: string, name: string, books: ReadonlyMap<number, Book>, found: Found): void {
  const parsed = parseArchiveName(name)
  if (!parsed) found.notes.push({ place, text: 'none of ours: left alone' })
  else if (!isNamedIn(books, name)) {
    found.findings.push({ place, text: 'no book that can be read names it' })
    if (!books.has(parsed.hour)) found.damaged.add(parsed.hour)
  }
}

/** Once its notice has been removed somebody knows. */
function tellOfLost(
  { lost = [] }: Book,
  { place, hasNotice }: { place: string; hasNotice: boolean },
  hour: number,
  found: Found,
): void {
  const [first] = lost
  if (!first) return
  const text = `${lost.length} minute files are lost (${first.name} of server ${first.server}: ${first.reason})`
  if (hasNotice) found.findings.push({ place, text: `${text}: read ${noticeName(hour)}, then remove it` })
  else found.notes.push({ place, text })
}

function isBookOf(day: number, name: string): boolean {
  const hour = parseBookName(name)
  return hour !== undefined && dayOf(hour) === day
}

const isNamedIn = (books: ReadonlyMap<number, Book>, name: string): boolean =>
  [...books.values()].some(({ archive }) => archive.some((entry) => entry.name === name))

/** The report must be what the day's books say, with two servers or with one. One damaged book leaves it unknown. */
async function checkReport(
  vault: string,
  day: number,
  { names, books }: { names: readonly string[]; books: ReadonlyMap<number, Book> },
  found: Found,
): Promise<void> {
  const place = join(dayName(day), reportName(day))
  if (books.size < names.filter((name) => isBookOf(day, name)).length || books.size === 0) return
  const text = await readFile(join(vault, place), 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  })
  const wanted = [true, false].map((redundant) => dayReport([...books.values()], redundant))
  if (text === undefined) found.findings.push({ place, text: 'missing: collector report --day writes it anew' })
  else if (!wanted.includes(text))
    found.findings.push({ place, text: 'not what the books of the day say: collector report --day writes it anew' })
}

/** The days for which a vault has a folder, oldest first. */
export const vaultDays = async (vault: string): Promise<number[]> =>
  (await namesIn(vault)).map(parseDayName).filter((day) => day !== undefined)
