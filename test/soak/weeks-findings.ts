import { join } from 'node:path'
import type { Stage } from '../../src/demo/stage.js'
import { hashFile } from '../../src/durable/hash.js'
import { waitingMails } from '../../src/health/mail/outbox.js'
import { parseMinuteFileName } from '../../src/spool/minute-name.js'
import { readReceipt } from '../../src/spool/receipt.js'
import { snowflakeMs } from '../../src/simulator/tweets/snowflake.js'
import { HOUR_MS, hourName, hourOf } from '../../src/utc.js'
import { archivedRows } from '../../src/vault/archived-rows.js'
import { readBook } from '../../src/vault/book.js'
import { filesBelow } from '../support/virtual-collector.js'
import { wrongAtOsf } from './at-osf.js'
import { isCovered, type Span } from './coverage.js'

interface Weeks {
  readonly start: number
  readonly end: number
  /** When at least one of the collectors certainly got what X sent. */
  readonly spans: readonly Span[]
}

/** What is wrong at the end, a line each, and the counts beside it. */
export async function weeksFindings(stage: Stage, weeks: Weeks): Promise<{ lines: string[]; findings: string[] }> {
  const archive = await judgeArchive(stage, weeks)
  const { places } = stage
  const { files } = JSON.parse(await stage.ask('osf', 'files')) as { files: { path: string; sha256: string }[] }
  return {
    lines: [archive.line],
    findings: [
      ...archive.findings,
      ...(await left(places.server[1].spool)),
      ...(await left(places.incoming)),
      ...(await withoutReceipt(places.server[2].spool, places.incoming)),
      ...(await wrongAtOsf(places.vault, files)),
      ...(await waitingMails(places.server[1].state)).map(({ about }) => `the mail ${about} has not been sent`),
    ],
  }
}

/** Every hour has a book; every tweet that was certainly received is archived, and none that was never made, nor twice. */
async function judgeArchive(stage: Stage, { start, end, spans }: Weeks): Promise<{ line: string; findings: string[] }> {
  const findings: string[] = []
  const counts = { made: 0, received: 0, archived: 0 }
  for (let hour = start; hour < end; hour += HOUR_MS) {
    const made = await madeIn(stage, hour)
    const archived = await archivedIn(stage.places.vault, hour, findings)
    const isMade = new Set(made)
    const isArchived = new Set(archived)
    const received = made.filter((id) => isCovered(spans, snowflakeMs(id)))
    counts.made += made.length
    counts.received += received.length
    counts.archived += archived.length
    const lost = received.filter((id) => !isArchived.has(id))
    const strange = archived.filter((id) => !isMade.has(id)).length + archived.length - isArchived.size
    if (lost.length > 0)
      findings.push(`${hourName(hour)} lacks ${lost.length} tweets that were received, such as ${lost[0] ?? ''}`)
    if (strange > 0) findings.push(`${hourName(hour)} has ${strange} tweets that were never made, or twice`)
  }
  const line = `tweets: ${counts.made} made, ${counts.received} certainly received, ${counts.archived} archived`
  return { line, findings }
}

async function madeIn(stage: Stage, hour: number): Promise<string[]> {
  const iso = (ms: number) => new Date(ms).toISOString()
  return (await stage.ask('x', `truth?from=${iso(hour)}&to=${iso(hour + HOUR_MS)}`)).split('\n').filter(Boolean)
}

async function archivedIn(vault: string, hour: number, findings: string[]): Promise<string[]> {
  const book = await readBook(vault, hour)
  if (!book) {
    findings.push(`${hourName(hour)} has no book`)
    return []
  }
  if (book.missing_servers.length > 0)
    findings.push(`${hourName(hour)} is still said to lack server ${book.missing_servers.join()}`)
  const ids: string[] = []
  for await (const rows of archivedRows(vault, book)) for (const { id } of rows) ids.push(id)
  return ids
}

/** The collectors are stopped, and everything was sealed, sent and archived since. */
const left = async (spool: string): Promise<string[]> =>
  (await filesBelow(spool)).filter(isMinute).map((path) => `${join(spool, path)} is left`)

const isMinute = (path: string): boolean => /\.jsonl(\.part|\.bad)*$/.test(path) && !/^(journal|rejected)\//.test(path)

/** What server 2 keeps has its receipt. */
async function withoutReceipt(spool: string, incoming: string): Promise<string[]> {
  const wrong: string[] = []
  for (const path of (await filesBelow(spool)).filter(isMinute)) {
    const file = parseMinuteFileName(path.slice(path.lastIndexOf('/') + 1))
    const receipt = file && (await readReceipt(incoming, hourOf(file.minute)))
    const { sha256 } = await hashFile(join(spool, path))
    if (!receipt?.files.some((of) => of.sha256 === sha256)) wrong.push(`${path} on server 2 has no receipt`)
  }
  return wrong
}
