import { StrangeEntryError } from '../durable/strange-entry.js'
import { isOfTheSystem } from './alone.js'
import { RefusedFileError } from './sync-fault.js'

/**
 * The faults of single files among several: what server 1 refused, or this system couldn't read. One such file doesn't keep
 * the others here.
 */
export class Refusals {
  readonly #errors: Error[] = []

  /** Keep the fault of one file. @throws every other error */
  add(error: unknown): void {
    if (!(error instanceof RefusedFileError || error instanceof StrangeEntryError) && !isOfTheSystem(error)) throw error
    this.#errors.push(error)
  }

  /** @throws the first fault; where server 1 refused the file, with how many more there were */
  throwAny(): void {
    const [first, ...others] = this.#errors
    if (!first) return
    if (others.length === 0 || !(first instanceof RefusedFileError)) throw first
    const more = others.length === 1 ? 'and one more file' : `and ${others.length} more files`
    const Kind = first.constructor as typeof RefusedFileError
    throw new Kind(`${first.message} (${more})`, { cause: first.cause })
  }
}
