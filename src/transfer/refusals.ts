import { RefusedFileError } from './sync-fault.js'

/** What server 1 refused of several files, so that one that it won't take doesn't keep the others here. */
export class Refusals {
  readonly #errors: RefusedFileError[] = []

  /** Keep a refusal. @throws every other error */
  add(error: unknown): void {
    if (!(error instanceof RefusedFileError)) throw error
    this.#errors.push(error)
  }

  /** @throws RefusedFileError the first refusal, and how many more there were */
  throwAny(): void {
    const [first, ...others] = this.#errors
    if (!first) return
    if (others.length === 0) throw first
    const more = others.length === 1 ? 'and one more file' : `and ${others.length} more files`
    const Kind = first.constructor as typeof RefusedFileError
    throw new Kind(`${first.message} (${more})`, { cause: first.cause })
  }
}
