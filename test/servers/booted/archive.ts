import { execFileSync } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isHeard } from './heard.js'
import type { Server, Servers } from './two-machines.js'

const VAULT = 'var/lib/collector/vault'
const HOUR_MS = 3_600_000

const iso = (ms: number): string => new Date(ms).toISOString()

/** The name of the hour of a time, as `2026-11-28_22`. */
export const hourOf = (ms: number): string => iso(ms).slice(0, 13).replace('T', '_')

/** When an hour of this name begins, in ms since 1970. */
export const startOf = (hour: string): number => Date.parse(`${hour.replace('_', 'T')}:00:00Z`)

/** The hours that server 1 has archived with what both servers have of them, in order. */
export async function archivedHours({ machine }: Server): Promise<string[]> {
  const folder = join(machine.root, VAULT)
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const books = await Promise.all(
    names
      .filter((name) => name.endsWith('_hour.json'))
      .map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as Book),
  )
  return books.flatMap(({ hour, missing_servers }) => (missing_servers.length === 0 ? [hour] : [])).sort()
}

interface Book {
  readonly hour: string
  readonly missing_servers: readonly number[]
}

/** The archived IDs of these hours, in order, as `xz` unpacks them. */
async function archivedIds({ machine }: Server, hours: readonly string[]): Promise<string[]> {
  const folders = [...new Set(hours.map((hour) => hour.slice(0, 10)))].map((day) => join(machine.root, VAULT, day))
  const files = await Promise.all(
    folders.map(async (folder) => (await readdir(folder)).map((name) => join(folder, name))),
  )
  const wanted = files.flat().filter((file) => hours.some((hour) => file.endsWith(`/${hour}_IDs.txt.xz`)))
  return execFileSync('xz', ['-dc', ...wanted.sort()], { encoding: 'utf8', maxBuffer: 2 ** 28 })
    .split('\n')
    .filter(Boolean)
}

/**
 * The archive of these hours that follow one another, from a time in the first on, beside what X sent. `lost`: sent while X had
 * a connection with one of the servers, and not archived. `unheard`: sent while it had none.
 */
export async function compare(servers: Servers, hours: readonly string[], fromMs: number) {
  const [one] = servers
  const untilMs = startOf(hours.at(-1) ?? '') + HOUR_MS
  const sent = await one.simulators.truth(iso(fromMs), iso(untilMs))
  const [first = '0', last = '0'] = [sent[0], sent.at(-1)]
  const archived = (await archivedIds(one, hours)).filter(
    (id) => BigInt(id) >= BigInt(first) && BigInt(id) <= BigInt(last),
  )
  const [here, there] = [new Set(archived), new Set(sent)]
  const heard = await isHeard(servers)
  return {
    sent: sent.length,
    unheard: sent.filter((id) => !heard(id)).length,
    lost: sent.filter((id) => heard(id) && !here.has(id)).length,
    extra: archived.filter((id) => !there.has(id)).length,
    doubled: archived.length - here.size,
  }
}
