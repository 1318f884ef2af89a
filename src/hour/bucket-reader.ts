import { bucketOf, type Bucket } from './bucket.js'

/** Things of tweets in ID order, handed out bucket by bucket. */
export class BucketReader<Item extends { readonly id: string }> {
  readonly #batches: AsyncIterator<readonly Item[]>
  readonly #hour: number
  #rest: Item[] = []
  #ended = false

  constructor(batches: AsyncIterable<readonly Item[]>, hour: number) {
    this.#batches = batches[Symbol.asyncIterator]()
    this.#hour = hour
  }

  /** Those not handed out yet, up to the end of `bucket`. */
  async until(bucket: Bucket): Promise<Item[]> {
    const isLater = ({ id }: Item) => bucketOf(id, this.#hour) > bucket
    while (!this.#ended && !this.#rest.slice(-1).some(isLater)) {
      const next: IteratorResult<readonly Item[], unknown> = await this.#batches.next()
      if (next.done) this.#ended = true
      else this.#rest = this.#rest.concat(next.value)
    }
    const end = this.#rest.findIndex(isLater)
    return this.#rest.splice(0, end < 0 ? this.#rest.length : end)
  }

  /** Close what is read from, wherever it stands. */
  async close(): Promise<void> {
    await this.#batches.return?.()
  }
}
