import { compareIds, lowestId, snowflakeMs } from '../tweet/snowflake.js'
import { HOUR_MS, MINUTE_MS } from '../utc.js'

/**
 * A share of an hour's tweets that is merged by itself: 0 to 59 are its minutes; -1 and 60 hold the tweets whose IDs say
 * that they were made before or after the hour. Equal IDs share a bucket, and the buckets' order is that of the IDs.
 */
export type Bucket = number

export const BEFORE: Bucket = -1
export const AFTER: Bucket = 60

/** The bucket of a tweet within `hour`, by its ID alone. */
export function bucketOf(id: string, hour: number): Bucket {
  const ms = snowflakeMs(id) ?? 0
  if (ms < hour) return BEFORE
  return ms >= hour + HOUR_MS ? AFTER : Math.floor((ms - hour) / MINUTE_MS)
}

/** Answers of a tweet's ID whether it belongs to `bucket`: as `bucketOf`, at a fraction of its cost. */
export function belongsTo(bucket: Bucket, hour: number): (id: string) => boolean {
  const start = bucket === BEFORE ? '' : lowestId(hour + bucket * MINUTE_MS)
  const end = bucket === AFTER ? '9'.repeat(20) : lowestId(hour + (bucket + 1) * MINUTE_MS)
  return (id) => {
    // Zeros in front of an ID, which X never writes, hide its size.
    if (id.startsWith('0')) return bucketOf(id, hour) === bucket
    return compareIds(id, start) >= 0 && compareIds(id, end) < 0
  }
}
