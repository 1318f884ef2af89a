/** A thread that merges buckets, one after the other, for `BucketWorkers`. */
import { parentPort } from 'node:worker_threads'
import { errorCode, errorText } from '../operator-error.js'
import { BucketMerging, type BucketTask, type MergedBucket } from './bucket-task.js'

/** What comes of a task: errors lose their code on the way between threads, so that they are taken apart. */
export type Answer =
  | { readonly merged: MergedBucket }
  | {
      readonly fault: {
        readonly message: string
        readonly stack: string | undefined
        readonly code: string | undefined
      }
    }

const merging = new BucketMerging()

parentPort?.on('message', (task: BucketTask) => {
  void answer(task).then((it) => {
    parentPort?.postMessage(it, buffersOf(it))
  })
})

async function answer(task: BucketTask): Promise<Answer> {
  try {
    return { merged: await merging.merge(task) }
  } catch (error) {
    const stack = error instanceof Error ? error.stack : undefined
    return { fault: { message: errorText(error), stack, code: errorCode(error) } }
  }
}

function buffersOf(it: Answer): ArrayBuffer[] {
  if ('fault' in it) return []
  const { rows, lines, rejected } = it.merged
  return [lines.bytes, rejected.bytes, ...(rows ? [rows.ids, rows.tweets, rows.users] : [])].map(({ buffer }) => buffer)
}
