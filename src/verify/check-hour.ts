import { join } from 'node:path'
import { dayName } from '../utc.js'
import type { ArchiveKind } from '../vault/archive-names.js'
import type { ArchiveFile, Book } from '../vault/book.js'
import { entryOf, lostRows } from '../vault/lost-rows.js'
import { contentFaults, fileFault, type Inspector, type Reader } from './archive-content.js'
import { nothingFound, type Found } from './finding.js'
import { IdOrder } from './id-order.js'
import { LinesInspector, RejectedInspector, UsersInspector } from './inspectors.js'
import { TweetsInspector } from './tweets-inspector.js'

export interface HourCheck {
  readonly vault: string
  readonly hour: number
  readonly book: Book
  readonly reader: Reader
  readonly nowMs: number
  readonly signal: AbortSignal
}

/** Read every archive file of an hour, and hold it against its book and against the others. */
export async function checkHour(check: HourCheck): Promise<Found> {
  const { book, hour, nowMs } = check
  const found = nothingFound()
  const filesByReceipt = book.inputs.some(({ listed }) => !listed)
  const order = () => new IdOrder(hour, { nowMs, filesByReceipt })
  const idOrder = order()
  const isLacking = lostRows(book) > 0
  const tweetIds = new Set<string>()
  const inspectors = {
    tweets: new TweetsInspector(order(), entryOf(book, 'tweets')?.columns, isLacking ? tweetIds : undefined),
    IDs: new LinesInspector((id) => {
      idOrder.see(id)
      tweetIds.delete(id)
    }),
    users: new UsersInspector(entryOf(book, 'users')?.columns),
    rejected: new RejectedInspector(),
    raw: new LinesInspector(),
  }
  const files = new Map<ArchiveKind, Read>()
  for (const [kind, inspector] of Object.entries(inspectors) as [ArchiveKind, Inspector][]) {
    const read = await readFile(kind, inspector, check, found)
    if (read) files.set(kind, read)
  }
  const tell = (kind: ArchiveKind, faults: readonly string[]) => {
    const file = files.get(kind)
    if (file?.isRead) for (const text of faults) found.findings.push({ place: file.place, text })
  }
  const { tweets, users, rejected } = inspectors
  tell('tweets', tweets.faults(book))
  const ids = files.get('IDs')
  const sameIds = ids !== undefined && ids.entry.content_sha256 === tweets.idsSha256()
  if (!files.get('tweets')?.isRead) tell('IDs', idOrder.faults())
  else if (isLacking)
    tell('IDs', [
      ...(tweetIds.size === 0 ? [] : [`${tweetIds.size} IDs of tweets.csv.xz are not in it`]),
      ...idOrder.faults(),
    ])
  else if (!sameIds) tell('IDs', ['its IDs are not those of tweets.csv.xz', ...idOrder.faults()])
  if (files.get('tweets')?.isRead) tell('users', users.faults(tweets.authors, isLacking))
  tell('rejected', rejectedFaults(book, rejected))
  return found
}

/** A file that the book names; `isRead` where its content went through its inspector. */
interface Read {
  readonly entry: ArchiveFile
  readonly place: string
  readonly isRead: boolean
}

async function readFile(
  kind: ArchiveKind,
  inspector: Inspector,
  { vault, hour, book, reader, signal }: HourCheck,
  found: Found,
): Promise<Read | undefined> {
  const entry = entryOf(book, kind)
  if (!entry) return undefined
  const place = join(dayName(hour), entry.name)
  const path = join(vault, place)
  const fault = await fileFault(path, entry)
  if (fault !== undefined) {
    found.findings.push({ place, text: fault.text })
    if (fault.isDamaged) found.damaged.add(hour)
    return { entry, place, isRead: false }
  }
  const { isRead, faults } = await contentFaults(path, { kind, entry }, inspector, reader, signal)
  for (const text of faults) found.findings.push({ place, text })
  return { entry, place, isRead }
}

function rejectedFaults({ servers }: Book, found: RejectedInspector): string[] {
  return ([1, 2] as const).flatMap((server) =>
    found.servers[server] === servers[server].rejected
      ? []
      : [`${found.servers[server]} lines of server ${server}, the book has ${servers[server].rejected}`],
  )
}
