import { readFile } from '../durable/files.js'
import { writeWholeFile } from '../durable/whole-file.js'
import type { Log } from '../log.js'
import { errorCode } from '../operator-error.js'
import { dayBooks, type DayBooks } from './day-books.js'
import { dayReport, reportPath } from './day-report.js'

/**
 * Write a day's report anew from its books, whole and synced; one that says the same already is not touched, and
 * without a book there is none. `day` is a UTC day's beginning in ms.
 * @returns what it was made from, and whether the file is new
 */
export async function writeDayReport(
  { vaultFolder, day, redundant }: { vaultFolder: string; day: number; redundant: boolean },
  log: Log,
): Promise<DayBooks & { path: string; changed: boolean }> {
  const found = await dayBooks(vaultFolder, day, log)
  const path = reportPath(vaultFolder, day)
  const text = dayReport(found.books, redundant)
  const changed = found.books.length > 0 && text !== (await textOf(path))
  if (changed) await writeWholeFile(path, text)
  return { ...found, path, changed }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
