import { BATCH_NAME, readBatch } from '../spool/batch.js'
import { hourFolder, parseMinuteFileName } from '../spool/minute-name.js'
import { MINUTE_MS } from '../utc.js'
import type { DescribedFile, HourFacts } from './hour-plan.js'
import type { LocalHour, SealedFile } from './local-spool.js'
import { readContent, type MinuteContent } from './minute-content.js'
import type { DatedReceipt, RemoteReceipts } from './remote-receipts.js'
import type { RemoteSpool } from './remote-spool.js'
import type { SealedEvents } from './sealed-events.js'

/** Where the facts of an hour come from. */
export interface Sources {
  /** Server 2's spool here. */
  readonly spool: string
  readonly sealed: SealedEvents
  readonly remote: RemoteSpool
  readonly receipts: RemoteReceipts
}

/**
 * Gather what is known of an hour at `nowMs`.
 * @throws CorruptStateError where the batch that was sent last is damaged here; RefusedFileError where server 1 won't show the hour
 */
export async function factsOf(
  { hour, sealed: files, firstOpen }: LocalHour,
  sources: Sources,
  nowMs: number,
): Promise<HourFacts> {
  const sent = await readBatch(sources.spool, hour)
  // The receipt after the listing: a file that is archived in between shows in the receipt.
  const there = await sources.remote.list(hourFolder(hour), isOurs)
  const receipt = await sources.receipts.read(hour)
  const refused = new Set(receipt?.refused.map(({ name }) => name))
  const described: DescribedFile[] = []
  for (const file of files) {
    const isRefused = refused.has(file.name)
    described.push(await describe(file, { sealed: sources.sealed, isRefused, nowMs }))
  }
  const known = new Map(sent?.files.map((content) => [content.sha256, content]))
  return {
    hour,
    files: described,
    firstOpen,
    receipt,
    isAnswerKnown: sources.receipts.areKnown,
    receipted: sources.receipts.areKnown ? receiptedContents(receipt, known, sources.sealed) : (sent?.files ?? []),
    there,
    sent,
  }
}

const isOurs = (name: string): boolean => name === BATCH_NAME || parseMinuteFileName(name) !== undefined

/**
 * A file with what it holds: by the journal; what the journal does not know, or server 1 refused, is read. A sealing that the
 * journal puts into the future is taken to have come when the minute was over: some clock was wrong.
 */
async function describe(
  file: SealedFile,
  { sealed, isRefused, nowMs }: { sealed: SealedEvents; isRefused: boolean; nowMs: number },
): Promise<DescribedFile> {
  const event = sealed.of(file.name, file.bytes)
  const { name, bytes } = file
  const content =
    event && !isRefused ? { name, bytes, lines: event.lines, sha256: event.sha256 } : await readContent(file.path, name)
  const journaledMs = event ? Date.parse(event.at) : Infinity
  return { ...file, content, sealedMs: journaledMs <= nowMs ? journaledMs : file.minute + MINUTE_MS }
}

/** The contents of a receipt's files; one that neither an earlier batch nor the journal knows is left out. */
function receiptedContents(
  receipt: DatedReceipt | undefined,
  known: ReadonlyMap<string, MinuteContent>,
  sealed: SealedEvents,
): MinuteContent[] {
  return (receipt?.files ?? []).flatMap(({ name, sha256 }) => {
    const content = known.get(sha256) ?? sealed.withHash(sha256)
    return content ? [{ name, bytes: content.bytes, lines: content.lines, sha256 }] : []
  })
}
