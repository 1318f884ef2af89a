import { Priority, withPriority } from '../log.js'
import { printableLines } from '../printable.js'
import type { Printer } from './verb.js'

/** Say on stderr, in lines that begin with the program's name, why something was not done. */
export function complain(stderr: Printer, words: string, priority: number = Priority.error): void {
  const lines = printableLines(`collector: ${words.trimEnd()}\n`)
  stderr.write(stderr.isJournal ? withPriority(lines, priority) : lines)
}
