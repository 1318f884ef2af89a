import { z } from 'zod'

/** What a reader may count on for an archived hour; `unknown`: nothing tells whether a collector listened throughout. */
export const HOUR_STATES = ['complete', 'partial', 'not collected', 'damaged', 'empty', 'unknown'] as const

export type HourState = (typeof HOUR_STATES)[number]

/** Why a server did not hear the stream. These words are published; a journal's own words may not be fit for that. */
export const GAP_REASONS = [
  'before the first start',
  'stopped',
  'not running',
  'disconnected',
  'disk full',
  'silent stream',
  'not delivered',
  'file lost',
  'not known',
] as const

/** A book lists so many gaps of a server at most; the last one then spans those that have no room. */
export const MOST_GAPS = 200

const seconds = z.int().min(0).max(3600).nullable()

/** A time of an hour in which a server did not hear the stream; ISO 8601, UTC. */
const bookedGapSchema = z.object({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  server: z.union([z.literal(1), z.literal(2)]),
  /** One of `GAP_REASONS`; a later version may know more. */
  reason: z.string(),
  /** What the journal says of it. */
  detail: z.string().optional(),
})

export type BookedGap = z.infer<typeof bookedGapSchema>

/** When the servers heard the stream within an hour, by their journals. */
export const listeningSchema = z.object({
  /** Whole seconds; null where nothing is known of that server. `either` counts what at least one heard. */
  seconds_heard: z.object({ 1: seconds, 2: seconds, either: seconds }),
  /** By server and time; for a server of which nothing is known one gap, the whole hour. */
  gaps: z.array(bookedGapSchema),
  /** Whether the journals tell how the hour went on: if not, later ones may tell more of it. */
  settled: z.boolean(),
})

export type BookedListening = z.infer<typeof listeningSchema>
