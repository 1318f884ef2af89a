import { csvLine } from '../tweet/csv-line.js'
import { compareIds } from '../tweet/snowflake.js'
import type { LineStore } from './line-store.js'

/**
 * What an hour's whole files say of tweets whose rows are lost, to be written again with the rows that there are: nothing
 * that is whole is taken away. IDs by ascending ID, lines of users.csv as cells by ascending author.
 */
export interface KeptContent {
  readonly ids: AsyncIterable<readonly string[]>
  readonly users: AsyncIterable<readonly (readonly string[])[]>
}

/** IDs that are put in among others; both ascend. */
export class KeptIds {
  readonly #batches: AsyncIterator<readonly string[]>
  #ids: readonly string[] = []
  #next = 0

  constructor(ids: KeptContent['ids']) {
    this.#batches = ids[Symbol.asyncIterator]()
  }

  /** All of `ids`, and all that are kept up to the last of them. */
  async among(ids: readonly string[]): Promise<string[]> {
    const all: string[] = []
    for (const id of ids) {
      for (let kept = await this.#peek(); kept !== undefined && compareIds(kept, id) <= 0; kept = await this.#peek()) {
        if (kept !== id) all.push(kept)
        this.#next += 1
      }
      all.push(id)
    }
    return all
  }

  /** Those behind the last. */
  async rest(): Promise<string[]> {
    const all: string[] = []
    for (let kept = await this.#peek(); kept !== undefined; kept = await this.#peek()) {
      all.push(kept)
      this.#next += 1
    }
    return all
  }

  async #peek(): Promise<string | undefined> {
    while (this.#next >= this.#ids.length) {
      const next = await this.#batches.next()
      if (next.done === true) return undefined
      this.#ids = next.value
      this.#next = 0
    }
    return this.#ids[this.#next]
  }
}

/** Put in the authors that are not there. */
export async function keepAuthors(lines: LineStore, users: KeptContent['users']): Promise<void> {
  for await (const batch of users)
    for (const cells of batch) {
      const key = Buffer.from(cells[0] ?? '')
      if (!lines.get(key)) lines.set(key, Buffer.from(csvLine(cells)))
    }
}
