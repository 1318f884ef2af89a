import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from './folder.js'

/** The ending of a file that is not whole yet. Whoever sees it leaves it alone, but for its owner's next start. */
export const PART = '.part'

/**
 * Put `content` at `path` so that a reader, or a start after a crash, sees the old file or the new one and nothing
 * between: write `path.part`, fsync, rename, fsync the folder. Mode 0640.
 */
export async function writeWholeFile(path: string, content: string | Uint8Array): Promise<void> {
  const part = await open(path + PART, 'w', 0o640)
  try {
    await part.writeFile(content)
    await part.sync()
  } finally {
    await part.close()
  }
  await moveDurably(path + PART, path)
}

/** Rename within one folder, and put the new name on the disk. The content must have been synced before. */
export async function moveDurably(from: string, to: string): Promise<void> {
  await rename(from, to)
  await syncFolder(dirname(to))
}
