import { existsSync } from 'node:fs'
import { open, readdir, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Dice } from './dice.js'
import { readTrace } from './disk-trace.js'
import type { DiskEvent } from '../../src/durable/disk-trace.js'

interface Outage {
  readonly spool: string
  readonly traceFile: string
  /** Of the files that were there before, all of it on the disk. */
  readonly sizes: ReadonlyMap<string, number>
  /** What heartbeat.json held before it was last renamed. */
  readonly oldBeat: string | undefined
}

/**
 * Make of a killed collector's spool what a power cut may leave of it: of what was not synced, files lose their ends or
 * have NULs in their place, and names that were made or changed since their folder was synced may be as before.
 */
export async function cutPower({ spool, traceFile, sizes, oldBeat }: Outage, dice: Dice): Promise<void> {
  const synced = new Map(sizes)
  const pending = new Map<string, DiskEvent[]>()
  for (const event of await readTrace(traceFile)) if (event.failed === undefined) follow(event, synced, pending)
  for (const events of pending.values()) {
    const kept = dice.whole(0, events.length)
    for (const event of events.slice(kept).reverse()) await undo(event, synced, oldBeat)
  }
  for (const [path, size] of await sizesIn(spool)) await forget(path, size, synced.get(path) ?? 0, dice)
}

/** The sizes of all files below a folder. */
export async function sizesIn(folder: string): Promise<Map<string, number>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  return new Map(await Promise.all(files.map(async (path) => [path, (await stat(path)).size] as const)))
}

function follow(event: DiskEvent, synced: Map<string, number>, pending: Map<string, DiskEvent[]>): void {
  const { op, path, size = 0, to } = event
  if (op === 'sync') synced.set(path, size)
  if (op === 'create') synced.set(path, 0)
  if (op === 'truncate') synced.set(path, Math.min(size, synced.get(path) ?? 0))
  if (op === 'rename' && to !== undefined) {
    synced.set(to, synced.get(path) ?? 0)
    synced.delete(path)
  }
  if (op === 'sync-folder') pending.delete(path)
  if (op === 'create' || op === 'create-folder' || op === 'rename') {
    const folder = dirname(path)
    pending.set(folder, [...(pending.get(folder) ?? []), event])
  }
}

async function undo(
  { op, path, to }: DiskEvent,
  synced: Map<string, number>,
  oldBeat: string | undefined,
): Promise<void> {
  if (op === 'create-folder' || op === 'create') await rm(path, { recursive: true, force: true })
  if (op !== 'rename' || to === undefined || !existsSync(to)) return
  if (basename(to) === 'heartbeat.json') {
    if (oldBeat === undefined) await rm(to)
    else await writeFile(to, oldBeat)
    synced.set(to, oldBeat?.length ?? 0)
  } else if (!existsSync(path)) {
    await rename(to, path)
    synced.set(path, synced.get(to) ?? 0)
  }
}

async function forget(path: string, size: number, syncedSize: number, dice: Dice): Promise<void> {
  if (size <= syncedSize) return
  const kept = dice.pick([syncedSize, syncedSize, dice.whole(syncedSize, size)])
  await truncate(path, kept)
  if (dice.happens(0.3)) await fillWithNuls(path, kept, size)
}

async function fillWithNuls(path: string, from: number, to: number): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.write(Buffer.alloc(to - from), 0, to - from, from)
  } finally {
    await file.close()
  }
}
