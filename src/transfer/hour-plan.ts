import { BATCH_NAME, type Batch } from '../spool/batch.js'
import { HOUR_MS } from '../utc.js'
import { batchOfHour, batchText } from './batch-of-hour.js'
import type { SealedFile } from './local-spool.js'
import type { MinuteContent } from './minute-content.js'
import type { DatedReceipt } from './remote-receipts.js'
import type { RemoteFile } from './remote-spool.js'

/** A sealed minute file here, with what it holds. */
export interface DescribedFile extends SealedFile {
  readonly content: MinuteContent
  /** ms since 1970. */
  readonly sealedMs: number
}

/** All that is known of an hour, here and on server 1. */
export interface HourFacts {
  readonly hour: number
  readonly files: readonly DescribedFile[]
  /** The earliest minute that a collector still holds open. */
  readonly firstOpen: number | undefined
  readonly receipt: DatedReceipt | undefined
  /** Whether there is a receipt could be seen: else what was sent once may be archived, and is not sent again. */
  readonly isAnswerKnown: boolean
  /** Files that server 1 has a receipt for, or may have where that can't be seen, and that may be gone here. */
  readonly receipted: readonly MinuteContent[]
  /** The hour's folder on server 1, by name. */
  readonly there: ReadonlyMap<string, RemoteFile>
  /** The batch that was sent last. */
  readonly sent: Batch | undefined
}

/** What is to be done for an hour. */
export interface HourPlan {
  readonly hour: number
  readonly send: readonly DescribedFile[]
  /** To be sent after the files; `undefined` where the one that was sent last is final and says the same. */
  readonly batch: Batch | undefined
  /** Files that a receipt names. */
  readonly safe: readonly DescribedFile[]
  /** Files that no receipt names. */
  readonly waiting: readonly DescribedFile[]
  /** Names of files that server 1 refused and that go again. */
  readonly refused: readonly string[]
  /** Nothing is left to do for this hour once the plan is carried out. */
  readonly finished: boolean
}

/** What to do, from the facts as they were at `nowMs`. */
export function planHour(facts: HourFacts, { nowMs, lateMs }: { nowMs: number; lateMs: number }): HourPlan {
  const receipted = new Set(facts.receipt?.files.map(({ sha256 }) => sha256))
  const waiting = facts.files.filter(({ content }) => !receipted.has(content.sha256))
  const send = waiting.filter((file) => !isThere(file, facts) && !mayBeArchived(file, facts))
  const finalFrom = facts.hour + HOUR_MS + lateMs
  const batch = batchOfHour(facts, nowMs)
  const batchDue = !isSent(batch, facts, finalFrom)
  const finalAfterwards = !batchDue || Date.parse(batch.sealed_until) >= finalFrom
  return {
    hour: facts.hour,
    send,
    batch: batchDue ? batch : undefined,
    safe: facts.files.filter(({ content }) => receipted.has(content.sha256)),
    waiting,
    refused: send.flatMap(({ name }) => (isRefused(name, facts) ? [name] : [])),
    finished: facts.receipt !== undefined && waiting.length === 0 && finalAfterwards,
  }
}

const mayBeArchived = ({ content }: DescribedFile, { isAnswerKnown, sent }: HourFacts): boolean =>
  !isAnswerKnown && (sent?.files.some(({ sha256 }) => sha256 === content.sha256) ?? false)

const isRefused = (name: string, { receipt }: HourFacts): boolean =>
  receipt?.refused.some((refused) => refused.name === name) ?? false

/** Whether a file lies on server 1 whole; one that was refused must have come after the refusal. */
function isThere({ name, bytes }: DescribedFile, facts: HourFacts): boolean {
  const remote = facts.there.get(name)
  if (remote?.bytes !== bytes) return false
  if (!isRefused(name, facts)) return true
  const refusedMs = facts.receipt?.writtenMs
  return refusedMs !== undefined && remote.modifiedMs !== undefined && remote.modifiedMs > refusedMs
}

/**
 * Whether the last batch was final, lists the same files and is there, or all that it lists has been answered: where a
 * receipt was withdrawn in part, server 1 has thrown the batch away and needs it again.
 */
function isSent({ files }: Batch, { sent, receipt, there }: HourFacts, finalFrom: number): boolean {
  if (!sent || Date.parse(sent.sealed_until) < finalFrom) return false
  const listed = new Set(sent.files.map(({ sha256 }) => sha256))
  const answered = new Set(receipt?.files.map(({ sha256 }) => sha256))
  const arrived = there.get(BATCH_NAME)?.bytes === Buffer.byteLength(batchText(sent))
  const isAnswered = receipt !== undefined && files.every(({ sha256 }) => answered.has(sha256))
  return files.every(({ sha256 }) => listed.has(sha256)) && (arrived || isAnswered)
}
