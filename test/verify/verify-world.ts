import { cp, readFile, writeFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { hourContext } from '../../src/hour/hour-context.js'
import { rejudgedBook } from '../../src/hour/listening/rejudged-book.js'
import { writeDayReport } from '../../src/report/write-day-report.js'
import { dayOf, HOUR_MS, hourName, MINUTE_MS } from '../../src/utc.js'
import { archiveName, type ArchiveKind } from '../../src/vault/archive-names.js'
import { bookPath, readBook, type Book } from '../../src/vault/book.js'
import { compressor } from '../../src/vault/compressor.js'
import { verify, type VerifyContext, type VerifyOptions } from '../../src/verify/verify.js'
import { HOUR, hourWorld } from '../support/hour-world.js'
import { idAt, payload } from '../support/tweets.js'

export const TWEETS_AN_HOUR = 40

/** Some archived hours of two servers, each of which lost some tweets, with a rejected line, reports and receipts. */
export async function verifyWorld({ hours = 3 } = {}) {
  const world = await hourWorld()
  for (let index = 0; index < hours; index++) {
    const hour = HOUR + index * HOUR_MS
    const tweets = Array.from({ length: TWEETS_AN_HOUR }, (_, tweet) =>
      payload(hour + tweet * MINUTE_MS + 7, { sequence: tweet * 31 + 5, authorId: String(100 + (tweet % 9)) }),
    )
    const receivedMs = hour + 5000
    await world.collected(1, [...tweets.slice(0, -4), Buffer.from('no json')], receivedMs)
    await world.collected(2, tweets.slice(3), receivedMs)
    await world.batchOf(hour)
  }
  world.clock.advance((hours - 1) * HOUR_MS)
  const { failed } = await world.run()
  if (failed[0]) throw new Error(failed[0].reason)
  await writeDayReport({ vaultFolder: world.vault, day: dayOf(HOUR), redundant: true }, world.log)
  world.clock.advance(3 * HOUR_MS)
  return world
}

export type VerifyWorld = Awaited<ReturnType<typeof verifyWorld>>

/** Everything, unless told otherwise. */
export const verifyAll = (
  { settings, clock, log }: Pick<VerifyWorld, 'settings' | 'clock' | 'log'>,
  { scope, ...options }: Partial<VerifyOptions> = {},
  context: Partial<VerifyContext> = {},
) =>
  verify(
    { settings, clock, log, version: '0.0.0', random: () => 0.5, signal: new AbortController().signal, ...context },
    {
      rejudge: (book) =>
        rejudgedBook(
          book,
          hourContext(settings, { version: '0.0.0', clock, log, signal: new AbortController().signal }),
        ),
      ...options,
      scope: { samplePercent: 100, seed: 1, ...scope },
    },
  )

/** A copy of a world's vault and spools, to be damaged. */
export async function copyOf(world: VerifyWorld, name: string) {
  const root = join(world.root, 'copies', name)
  for (const folder of ['vault', 'spool-2']) await cp(join(world.root, folder), join(root, folder), { recursive: true })
  const vault = join(root, 'vault')
  const settings = {
    ...world.settings,
    vault: { ...world.settings.vault, folder: vault } as VerifyWorld['context']['vault'],
    spool: { ...world.settings.spool, server2Folder: join(root, 'spool-2') },
  }
  const path = (kind: ArchiveKind, hour = HOUR) => join(vault, '2026-11-21', archiveName(hour, kind))
  const codec = await compressor('lzma-native', { preset: 0, threads: 1 })

  async function book(change: (book: Book) => Book, hour = HOUR): Promise<void> {
    const old = await readBook(vault, hour)
    if (!old) throw new Error(`there is no book of ${hourName(hour)}`)
    await writeFile(bookPath(vault, hour), JSON.stringify(change(old)))
  }

  async function contentOf(kind: ArchiveKind, hour: number): Promise<Buffer> {
    const chunks: Buffer[] = []
    for await (const chunk of codec.decompress(chunksOf(await readFile(path(kind, hour))))) chunks.push(chunk)
    return Buffer.concat(chunks)
  }

  async function rewrite(kind: ArchiveKind, change: (content: Buffer) => Buffer, hour: number): Promise<void> {
    const content = change(await contentOf(kind, hour))
    const bytes = await codec.compress(content, 'lines')
    await writeFile(path(kind, hour), bytes)
    const entry = {
      bytes: bytes.length,
      sha256: sha256(bytes),
      content_bytes: content.length,
      content_sha256: sha256(content),
    }
    const name = archiveName(hour, kind)
    await book(
      (old) => ({ ...old, archive: old.archive.map((file) => (file.name === name ? { ...file, ...entry } : file)) }),
      hour,
    )
  }

  return {
    ...{ vault, settings, clock: world.clock, log: world.log, path, book, root },
    spool2: settings.spool.server2Folder,
    /** Change a file's content, and have the book say that this is what was written: only its sense tells. */
    content: (kind: ArchiveKind, change: (text: string) => string, hour = HOUR): Promise<void> =>
      rewrite(kind, (content) => Buffer.from(change(content.toString())), hour),
    /** The same with bytes, which need be no text. */
    bytes: (kind: ArchiveKind, change: (content: Buffer) => Buffer, hour = HOUR): Promise<void> =>
      rewrite(kind, change, hour),
    /** Change a file's content behind its book's back. */
    async file(kind: ArchiveKind, change: (text: string) => string, hour = HOUR): Promise<void> {
      const content = Buffer.from(change((await contentOf(kind, hour)).toString()))
      await writeFile(path(kind, hour), await codec.compress(content, 'lines'))
    },
    /** Turn one bit in the middle of a file. */
    async flip(kind: ArchiveKind, hour = HOUR): Promise<void> {
      const bytes = await readFile(path(kind, hour))
      const at = Math.floor(bytes.length / 2)
      bytes[at] = (bytes[at] ?? 0) ^ 0x10
      await writeFile(path(kind, hour), bytes)
    },
  }
}

export type Copy = Awaited<ReturnType<typeof copyOf>>

// eslint-disable-next-line @typescript-eslint/require-await -- what is read by chunks may be there at once
async function* chunksOf(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

export const idOf = (tweet: number, hour = HOUR): string => idAt(hour + tweet * MINUTE_MS + 7, tweet * 31 + 5)
