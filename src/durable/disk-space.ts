import { statfs } from './files.js'

/** Room on the disk of `path` for who is not root: in bytes, and in percent of the whole. */
export async function freeSpace(path: string): Promise<{ bytes: number; percent: number }> {
  const { bsize, bavail, blocks } = await statfs(path)
  return { bytes: bavail * bsize, percent: blocks === 0 ? 100 : (100 * bavail) / blocks }
}
