import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { BucketMerging, type BucketTask, type MergedBucket } from './bucket-task.js'
import type { Answer } from './bucket-worker.js'

/** Merges buckets; `atOnce` of them at a time is worth while. */
export interface BucketMerger extends AsyncDisposable {
  readonly atOnce: number
  merge(task: BucketTask): Promise<MergedBucket>
}

/** Merges in this very thread, one after the other. */
export function ownThread(): BucketMerger {
  const merging = new BucketMerging()
  let before: Promise<unknown> = Promise.resolve()
  return {
    atOnce: 1,
    merge: (task) => {
      const merged = before.then(() => merging.merge(task))
      before = merged.catch(() => undefined)
      return merged
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

/** Of the young objects that V8 lets pile up before it tidies, in MB: more costs memory and gains nothing here. */
const YOUNG_MB = 3
/** More than these would have nothing to do: compressing takes many times as long. */
const MOST_WORKERS = 8
/**
 * Buckets are merged side by side while their files together have no more bytes than this: a busy minute's tweets take
 * about as much memory as its files, and one by itself keeps the compressor busy.
 */
const MOST_BYTES_AT_ONCE = 64 << 20
/** Tests run from the sources, which only a compiled worker can be started from. */
const script = new URL('./bucket-worker.js', import.meta.url.replace('/src/hour/', '/dist/hour/'))

interface Waiting {
  readonly bytes: number
  start(worker: Worker): void
}

/** Threads that merge buckets side by side, begun in the order in which they come. Disposing ends them, whatever they are at. */
export class BucketWorkers implements BucketMerger {
  readonly atOnce: number
  readonly #workers: Worker[]
  /** The last one that was used is used next: in an hour of busy minutes only its memory grows. */
  readonly #idle: Worker[]
  readonly #waiting: Waiting[] = []
  #bytes = 0

  constructor(threads: number) {
    this.atOnce = Math.min(threads, MOST_WORKERS)
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB }
    this.#workers = Array.from({ length: this.atOnce }, () => new Worker(script, { resourceLimits }))
    this.#idle = [...this.#workers]
  }

  async merge(task: BucketTask): Promise<MergedBucket> {
    const bytes = task.files.reduce((sum, file) => sum + file.bytes, 0)
    const entered = new Promise<Worker>((start) => this.#waiting.push({ bytes, start }))
    this.#startNext()
    const worker = await entered
    try {
      return await ask(worker, task)
    } finally {
      this.#bytes -= bytes
      this.#idle.push(worker)
      this.#startNext()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }

  #startNext(): void {
    for (let next = this.#waiting[0]; next && this.#hasRoom(next.bytes); next = this.#waiting[0]) {
      const worker = this.#idle.pop()
      if (!worker) return
      this.#waiting.shift()
      this.#bytes += next.bytes
      next.start(worker)
    }
  }

  #hasRoom = (bytes: number): boolean => this.#bytes === 0 || this.#bytes + bytes <= MOST_BYTES_AT_ONCE
}

async function ask(worker: Worker, task: BucketTask): Promise<MergedBucket> {
  worker.postMessage(task)
  // `once` also rejects on 'error', which is how a worker that dies tells of it.
  const [answer] = (await once(worker, 'message')) as [Answer]
  if ('merged' in answer) return answer.merged
  const { message, ...details } = answer.fault
  throw Object.assign(new Error(message), details)
}
