import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream, linkSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** A body that came whole, waiting to be kept or dropped. */
export interface Received {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
  readonly md5: string
}

/** Where the contents lie: `content/` by SHA-256, `files/` by name as hard links to those, `incoming/` while they come. */
export class ContentFolder {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
    rmSync(join(folder, 'incoming'), { recursive: true, force: true })
    for (const name of ['content', 'files', 'incoming']) mkdirSync(join(folder, name), { recursive: true })
  }

  /** Write a body down and hash it. Where it breaks off, nothing is left of it and the error is thrown on. */
  async receive(body: Readable): Promise<Received> {
    const path = join(this.#folder, 'incoming', randomUUID())
    const [sha256, md5] = [createHash('sha256'), createHash('md5')]
    try {
      let bytes = 0
      const hashed = async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          sha256.update(chunk)
          md5.update(chunk)
          bytes += chunk.length
          yield chunk
        }
      }
      await pipeline(body, hashed, createWriteStream(path))
      return { path, bytes, sha256: sha256.digest('hex'), md5: md5.digest('hex') }
    } catch (error) {
      await rm(path, { force: true })
      throw error
    }
  }

  /** Where a content lies. */
  pathOf(sha256: string): string {
    return join(this.#folder, 'content', sha256)
  }

  /** Keep what was received, and show it at `shownAt`, such as `/2026/11/21.txt`. */
  keep(received: Received, shownAt: string): void {
    const kept = this.pathOf(received.sha256)
    renameSync(received.path, kept)
    const shown = join(this.#folder, 'files', shownAt)
    if (statSync(shown, { throwIfNoEntry: false })?.isDirectory()) return
    mkdirSync(dirname(shown), { recursive: true })
    linkSync(kept, received.path)
    renameSync(received.path, shown)
  }

  /** A file of that name gives way to it. */
  showFolder(shownAt: string): void {
    const shown = join(this.#folder, 'files', shownAt.replace(/\/$/, ''))
    if (statSync(shown, { throwIfNoEntry: false })?.isFile()) rmSync(shown)
    mkdirSync(shown, { recursive: true })
  }

  hide(shownAt: string): void {
    rmSync(join(this.#folder, 'files', shownAt), { recursive: true, force: true })
  }

  /** What was shown at one place is shown at another from now on; what is there gives way. */
  move(from: string, to: string): void {
    const [old, shown] = [from, to].map((path) => join(this.#folder, 'files', path.replace(/\/$/, ''))) as [
      string,
      string,
    ]
    if (old === shown || !statSync(old, { throwIfNoEntry: false })) return
    mkdirSync(dirname(shown), { recursive: true })
    rmSync(shown, { recursive: true, force: true })
    renameSync(old, shown)
  }
}
