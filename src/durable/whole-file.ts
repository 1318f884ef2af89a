import { dirname } from 'node:path'
import { DiskFile, rename, syncFolder } from './disk.js'

/** The ending of a file that is not whole yet. Whoever sees it leaves it alone, but for its owner's next start. */
export const PART = '.part'

/**
 * Put `content` at `path` so that a reader, or a start after a crash, sees the old file or the new one and nothing
 * between: write `path.part`, fsync, rename, fsync the folder. Mode 0640.
 */
export async function writeWholeFile(path: string, content: string | Uint8Array): Promise<void> {
  await writePart(path, content, { synced: true })
  await moveDurably(path + PART, path)
}

/** Write `path.part` anew, on the disk when this returns if it is to be `synced`. */
export async function writePart(
  path: string,
  content: string | Uint8Array,
  { synced }: { synced: boolean },
): Promise<void> {
  await using part = await DiskFile.open(path + PART, 'empty')
  part.append(typeof content === 'string' ? Buffer.from(content) : content)
  if (synced) await part.sync()
}

/** Rename within one folder, and put the new name on the disk. The content must have been synced before. */
export async function moveDurably(from: string, to: string): Promise<void> {
  await rename(from, to)
  await syncFolder(dirname(to))
}
