import { batchOf, type Batch } from './batch.js'
import { snowflakeMs } from './snowflake.js'
import type { TweetSource } from './tweet-source.js'

const BATCH_LINES = 500

/**
 * Recorded lines, so many a second, sent as they are whatever is asked for, and once only: from the first second that
 * anybody asks for to the end of the recording. Lines that are no payloads are sent too, but are nobody's truth.
 */
export class ReplayedPayloads implements TweetSource {
  readonly #lines: readonly { text: string; id: string }[]
  readonly #rate: number
  #firstSecond: number | undefined

  constructor(lines: readonly string[], rate: number) {
    this.#lines = lines.map((text) => ({ text, id: idIn(text) }))
    this.#rate = rate
  }

  *deliveredIn(second: number): Generator<Batch> {
    this.#firstSecond ??= second
    const from = (second - this.#firstSecond) * this.#rate
    if (from < 0) return
    const lines = this.#lines.slice(from, from + this.#rate)
    for (let first = 0; first < lines.length; first += BATCH_LINES)
      yield batchOf(lines.slice(first, first + BATCH_LINES))
  }

  madeById(id: string): string | undefined {
    return this.#lines.find((line) => line.id === id)?.text
  }

  idsMadeBetween(fromMs: number, toMs: number): string[] {
    const ids = new Set(this.#lines.map(({ id }) => id).filter((id) => id !== ''))
    const made = [...ids].filter((id) => snowflakeMs(id) >= fromMs && snowflakeMs(id) < toMs)
    return made.sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))
  }
}

function idIn(line: string): string {
  try {
    const { data } = JSON.parse(line) as { data?: { id?: unknown } }
    return typeof data?.id === 'string' && /^\d+$/.test(data.id) ? data.id : ''
  } catch {
    return ''
  }
}
