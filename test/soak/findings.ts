import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { waitingMails } from '../../src/health/mail/outbox.js'
import { hashFile } from '../../src/durable/hash.js'
import { parseMinuteFileName } from '../../src/spool/minute-name.js'
import { readReceipt } from '../../src/spool/receipt.js'
import { snowflakeMs } from '../../src/simulator/tweets/snowflake.js'
import { HOUR_MS, hourName, hourOf } from '../../src/utc.js'
import { archivedRows } from '../../src/vault/archived-rows.js'
import { readBook } from '../../src/vault/book.js'
import { bookedHours } from '../../src/vault/booked-hours.js'
import type { ServerNumber, TwoServers } from '../support/two-servers.js'
import { filesBelow } from '../support/virtual-collector.js'
import { wrongAtOsf } from './at-osf.js'

/** An hour is archived at most so long after its end while nothing is out of order. */
const CURRENT_MS = 2 * HOUR_MS

/** What is wrong once everything has had the time to catch up, a line each. */
export async function findings(
  world: TwoServers,
  { start, keepMs }: { start: number; keepMs: number },
): Promise<string[]> {
  const { places } = world
  const current = world.clock.now() - CURRENT_MS
  return [
    ...(await wrongArchive(world, start, current)),
    ...(await leftInSpool(places.spool1, ({ minute }) => minute >= hourOf(current))),
    ...(await leftInSpool(places.incoming, ({ minute }) => minute >= hourOf(current))),
    ...(await leftOnServer2(world, hourOf(current), keepMs)),
    ...(await wrongAtOsf(places.vault, world.osf.files())),
    ...(await waitingMails(places.state1)).map(({ about }) => `the mail ${about} has not been sent`),
  ]
}

/** Every hour has a book, and its archive has exactly what was delivered, from whom it was delivered. */
async function wrongArchive({ places, delivered }: TwoServers, start: number, until: number): Promise<string[]> {
  const booked = new Set(await bookedHours(places.vault))
  const truth = Map.groupBy(delivered, ([id]) => hourOf(snowflakeMs(id)))
  const wrong: string[] = []
  for (let hour = start; hour + HOUR_MS <= until; hour += HOUR_MS)
    wrong.push(
      ...(booked.has(hour)
        ? await wrongHour(places.vault, hour, truth.get(hour) ?? [])
        : [`${hourName(hour)} has no book`]),
    )
  return wrong
}

async function wrongHour(vault: string, hour: number, delivered: [string, Set<ServerNumber>][]): Promise<string[]> {
  const book = await readBook(vault, hour)
  const wanted = new Map(delivered.map(([id, servers]) => [id, [...servers].sort().join('')]))
  const name = hourName(hour)
  const wrong: string[] = []
  if (book && book.missing_servers.length > 0)
    wrong.push(`${name} is still said to lack server ${book.missing_servers.join()}`)
  const found = new Set<string>()
  if (book)
    for await (const rows of archivedRows(vault, book))
      for (const { id, servers } of rows) {
        found.add(id)
        if (wanted.get(id) !== servers)
          wrong.push(`${name} has ${id} of ${servers}, delivered to ${wanted.get(id) ?? 'nobody'}`)
      }
  for (const [id, servers] of wanted) if (!found.has(id)) wrong.push(`${name} lacks ${id}, delivered to ${servers}`)
  return wrong
}

type Minute = NonNullable<ReturnType<typeof parseMinuteFileName>>

async function leftInSpool(spool: string, mayStay: (minute: Minute, path: string) => boolean): Promise<string[]> {
  const wrong: string[] = []
  for (const path of await filesBelow(spool)) {
    const minute = parseMinuteFileName(path.slice(path.lastIndexOf('/') + 1))
    if (minute && !mayStay(minute, path)) wrong.push(`${join(spool, path)} is left`)
    if (!minute && /\.(part|bad)$/.test(path)) wrong.push(`${join(spool, path)} is left`)
  }
  return wrong
}

/** Files that have their receipts and are within their days may stay. */
async function leftOnServer2({ places, clock }: TwoServers, current: number, keepMs: number): Promise<string[]> {
  const hours = new Map<number, Set<string>>()
  const receipted = async (minute: number): Promise<Set<string>> => {
    const hour = hourOf(minute)
    const known =
      hours.get(hour) ?? new Set((await readReceipt(places.incoming, hour))?.files.map(({ sha256 }) => sha256))
    hours.set(hour, known)
    return known
  }
  const wrong: string[] = []
  for (const path of await filesBelow(places.spool2)) {
    const file = parseMinuteFileName(path.slice(path.lastIndexOf('/') + 1))
    if (!file || file.minute >= current) continue
    const { sha256 } = await hashFile(join(places.spool2, path))
    const age = clock.now() - (await sealedMs(places.spool2, path))
    if (!(await receipted(file.minute)).has(sha256)) wrong.push(`${path} on server 2 has no receipt`)
    else if (age > keepMs + CURRENT_MS) wrong.push(`${path} on server 2 should have gone`)
  }
  return wrong
}

async function sealedMs(spool: string, path: string): Promise<number> {
  const name = path.slice(path.lastIndexOf('/') + 1)
  for (const journal of (await filesBelow(spool)).filter((file) => file.startsWith('journal/')))
    for (const line of (await readFile(join(spool, journal), 'utf8')).split('\n'))
      if (line.includes(`"name":"${name}"`)) return Date.parse((JSON.parse(line) as { at: string }).at)
  return (await stat(join(spool, path))).mtimeMs
}
