import { execFileSync } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Server } from './two-machines.js'

const VAULT = 'var/lib/collector/vault'

/** The hours that server 1 has archived, as `2026-11-28_22`. */
export async function archivedHours({ machine }: Server): Promise<string[]> {
  const names = await readdir(join(machine.root, VAULT), { recursive: true }).catch(() => [])
  return names.flatMap((name) => /([\d-]+_\d\d)_hour\.json$/.exec(name)?.[1] ?? []).sort()
}

/** All archived IDs, in order, as `xz` unpacks them. */
export async function archivedIds(server: Server): Promise<string[]> {
  const hours = await archivedHours(server)
  const files = hours.map((hour) => join(server.machine.root, VAULT, hour.slice(0, 10), `${hour}_IDs.txt.xz`))
  return execFileSync('xz', ['-dc', ...files], { encoding: 'utf8', maxBuffer: 2 ** 28 })
    .split('\n')
    .filter(Boolean)
}

/** What is in one and not in the other, shortened for a message. */
export function difference(archived: readonly string[], sent: readonly string[]) {
  const [here, there] = [new Set(archived), new Set(sent)]
  return {
    lost: sent.filter((id) => !here.has(id)).length,
    extra: archived.filter((id) => !there.has(id)).length,
    doubled: archived.length - here.size,
  }
}
