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
const YOUNG_MB = 8
/** More than these would have nothing to do: compressing takes many times as long. */
const MOST_WORKERS = 8
/** Tests run from the sources, which only a compiled worker can be started from. */
const script = new URL('./bucket-worker.js', import.meta.url.replace('/src/hour/', '/dist/hour/'))

/** Threads that merge buckets side by side. Disposing ends them, whatever they are at. */
export class BucketWorkers implements BucketMerger {
  readonly atOnce: number
  readonly #workers: Worker[]
  readonly #idle: Worker[]
  readonly #waiting: ((worker: Worker) => void)[] = []

  constructor(threads: number) {
    this.atOnce = Math.min(threads, MOST_WORKERS)
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB }
    this.#workers = Array.from({ length: this.atOnce }, () => new Worker(script, { resourceLimits }))
    this.#idle = [...this.#workers]
  }

  async merge(task: BucketTask): Promise<MergedBucket> {
    const worker = this.#idle.shift() ?? (await new Promise<Worker>((take) => this.#waiting.push(take)))
    try {
      return await ask(worker, task)
    } finally {
      const next = this.#waiting.shift()
      if (next) next(worker)
      else this.#idle.push(worker)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }
}

async function ask(worker: Worker, task: BucketTask): Promise<MergedBucket> {
  worker.postMessage(task)
  // `once` also rejects on 'error', which is how a worker that dies tells of it.
  const [answer] = (await once(worker, 'message')) as [Answer]
  if ('merged' in answer) return answer.merged
  const { message, ...details } = answer.fault
  throw Object.assign(new Error(message), details)
}
