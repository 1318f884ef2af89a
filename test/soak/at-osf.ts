import { join } from 'node:path'
import { hashFile } from '../../src/durable/hash.js'
import { filesBelow } from '../support/virtual-collector.js'

/** Where OSF, by what it has stored, differs from the vault in the hours' IDs and the days' reports, a line each. */
export async function wrongAtOsf(
  vault: string,
  stored: readonly { readonly path: string; readonly sha256: string }[],
): Promise<string[]> {
  const there = new Map(stored.map(({ path, sha256 }) => [path, sha256]))
  const here = new Map<string, string>()
  for (const path of (await filesBelow(vault)).filter((name) => /_IDs\.txt\.xz$|_report\.txt$/.test(name)))
    here.set(remotePath(path), (await hashFile(join(vault, path))).sha256)
  const other = [...here].filter(([path, sha256]) => there.get(path) !== sha256)
  const surplus = [...there.keys()].filter((path) => /^\/\d{4}\//.test(path) && !here.has(path))
  return [
    ...other.map(([path]) => `OSF has another ${path}, or none`),
    ...surplus.map((path) => `OSF has ${path}, the vault has not`),
  ]
}

/** `/2026/11/21/2026-11-21_13_IDs.txt.xz` */
const remotePath = (path: string): string => `/${path.slice(0, 10).replaceAll('-', '/')}${path.slice(10)}`
