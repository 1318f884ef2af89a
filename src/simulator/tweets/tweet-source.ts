import type { Asked } from './asked.js'
import type { Batch } from './batch.js'
import type { OddTimes } from './oddities.js'

/** What the stream consists of. */
export interface TweetSource {
  /** What goes out in one second (since 1970), in order, in batches of some hundred lines; the same for all who ask alike. Never odd unless told. */
  deliveredIn(second: number, asked: Asked, oddTimes?: OddTimes): Iterable<Batch>
  /** The payload of one tweet that was made by `nowMs`, whether the stream brings it or another tweet refers to it; `undefined` where there is none. */
  madeById(id: string, asked: Asked, nowMs: number, oddTimes?: OddTimes): string | undefined
  /** The IDs of all tweets made from one moment up to, not including, another (ms since 1970), whoever got them; ascending. */
  idsMadeBetween(fromMs: number, toMs: number): Iterable<string>
}
