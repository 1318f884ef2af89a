import { createHash, randomBytes } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { beforeAll, describe, expect, test } from 'vitest'
import { BLOCK_BYTES, type Codec, type Content, type Preset } from '../../src/vault/codec.js'
import { compressor, fileBytes } from '../../src/vault/compressor.js'
import { lzmaNative } from '../../src/vault/lzma-native.js'
import { xzProcess } from '../../src/vault/xz-process.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { manyRows } from './merged-rows.js'
import { hasPython, hasXz, python } from './tools.js'

/** A few pieces of a block, quick to compress. */
const content = Buffer.from(
  'a line that comes again and again; with xyz in it\n'.repeat((0.3 * BLOCK_BYTES.tweets) / 49),
)
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

async function* inChunks(bytes: Buffer, size = 1 << 20): AsyncGenerator<Buffer> {
  await Promise.resolve()
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
const compress = (codec: Codec, bytes: Buffer, preset: Preset = 0, content: Content = 'tweets') =>
  codec.compress(bytes, { preset, content })
const decompress = (codec: Codec, bytes: Buffer) => buffer(Readable.from(codec.decompress(inChunks(bytes, 65_536))))

const codecs = [...(hasXz ? [{ name: 'xz', make: xzProcess }] : []), { name: 'lzma-native', make: lzmaNative }]

describe.each(codecs)('$name', ({ make }) => {
  let codec: Codec
  let compressed: Buffer
  beforeAll(async () => {
    codec = await make()
    compressed = await compress(codec, content)
  })

  test('reads back what it wrote', async () => {
    expect(sha256(await decompress(codec, compressed))).toBe(sha256(content))
  })

  test('reads streams that stand one after the other', async () => {
    expect(sha256(await decompress(codec, Buffer.concat([compressed, compressed])))).toBe(
      sha256(Buffer.concat([content, content])),
    )
  })

  test('takes preset 0 for 0 and not for 6', async () => {
    const sample = Buffer.from(Array.from({ length: 20_000 }, (_, index) => `${(index * index) % 9973},`).join(''))
    expect((await compress(codec, sample, 0)).length).toBeGreaterThan((await compress(codec, sample, 6)).length)
  })

  test('makes a valid file of nothing', async () => {
    expect(await decompress(codec, await compress(codec, Buffer.alloc(0)))).toHaveLength(0)
  })

  test.each([1, 12, 40, 500])('notices that %i bytes are missing at the end', async (missing) => {
    await expect(decompress(codec, compressed.subarray(0, -missing))).rejects.toThrow(/xz|LZMA|progress/i)
  })

  test('notices a bit that is wrong', async () => {
    const wrong = Buffer.from(compressed)
    wrong.writeUInt8(wrong.readUInt8(wrong.length >> 1) ^ 1, wrong.length >> 1)
    await expect(decompress(codec, wrong)).rejects.toThrow()
  })

  test('stops on the signal, in the middle of a block', async () => {
    const stop = new AbortController()
    const slow = randomBytes(BLOCK_BYTES.tweets)
    const output = codec.compress(slow, { preset: 9, content: 'lines' }, stop.signal)
    stop.abort(new Error('enough'))
    await expect(output).rejects.toThrow()
  })

  test('leaves nothing running when its reader goes away', async () => {
    for await (const chunk of codec.decompress(inChunks(compressed))) {
      expect(chunk.length).toBeGreaterThan(0)
      break
    }
  })

  test.skipIf(!hasXz)('writes what xz accepts, with CRC64 (skipped without xz)', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'a.xz')
    await writeFile(path, compressed)
    expect(spawnSync('xz', ['--test', path]).status).toBe(0)
    const { stdout } = spawnSync('xz', ['--robot', '--list', path], { encoding: 'utf8' })
    const totals = /^file\t1\t(\d+)\t\d+\t(\d+)\t\S+\t(\S+)/m.exec(stdout)
    expect(totals?.slice(1)).toEqual(['1', String(content.length), 'CRC64'])
  })

  test.skipIf(!hasPython)('writes what Python’s lzma accepts (skipped without python3)', () => {
    const program =
      'import hashlib, lzma, sys; print(hashlib.sha256(lzma.decompress(sys.stdin.buffer.read())).hexdigest())'
    expect(python(program, compressed).trim()).toBe(sha256(content))
  })
})

test.skipIf(!hasXz)('either reads what the other wrote (skipped without xz)', async () => {
  const [xz, lzma] = [await xzProcess(), await lzmaNative()]
  const some = content.subarray(0, 100_000)
  expect(sha256(await decompress(xz, await compress(lzma, some)))).toBe(sha256(some))
  expect(sha256(await decompress(lzma, await compress(xz, some)))).toBe(sha256(some))
})

test.skipIf(!hasXz)('both write the same bytes (skipped without xz)', async () => {
  const [xz, lzma] = [await xzProcess(), await lzmaNative()]
  for (const preset of [0, 6, 'fast'] as const)
    for (const kind of ['tweets', 'users', 'IDs', 'lines'] as const)
      expect(sha256(await compress(xz, content, preset, kind))).toBe(
        sha256(await compress(lzma, content, preset, kind)),
      )
})

/** Text with words in short runs, and with tweets that repeat. */
const kindsOfText: [string, (index: number) => string][] = [
  ['rows of noise', (index) => manyRows(1, 60 + (index % 7))[0]?.cells.join() ?? ''],
  [
    'words',
    (index) => Array.from({ length: 12 }, (_, at) => `word${((index + 1) * (at + 7) * 7919) % 4001}`).join(' '),
  ],
  [
    'repeated retweets',
    (index) =>
      `${index * 7919},RT @somebody_${(index * index) % 97}: what a match, what a night ${(index * index) % 97}`,
  ],
]

test.each(kindsOfText)('preset 6 gives the size of xz’s 6 for %s, and fast is read as well', async (_, line) => {
  const codec = await lzmaNative()
  const rows = Buffer.from(Array.from({ length: 6000 }, (_, index) => `${line(index)}\n`).join(''))
  const [table, fast] = [await compress(codec, rows, 6, 'tweets'), await compress(codec, rows, 'fast', 'tweets')]
  const plain = await compress(codec, rows, 6, 'lines')
  expect(table.length / plain.length).toBeLessThan(1.01)
  expect(sha256(await decompress(codec, fast))).toBe(sha256(rows))
})

describe('the choice', () => {
  test.skipIf(!hasXz)('auto takes xz where it is there (skipped without xz)', async () => {
    expect((await compressor('auto', { preset: 1, threads: 1 })).label).toMatch(/^xz \d+\.\d+/)
  })

  test('lzma-native is named with its own version and its library’s', async () => {
    expect((await compressor('lzma-native', { preset: 1, threads: 1 })).label).toMatch(
      /^lzma-native \d+\.\d+\.\d+ \(liblzma 5\.\S+\)$/,
    )
  })

  test('threads 0 are as many as there are cores', async () => {
    expect((await compressor('lzma-native', { preset: 1, threads: 0 })).threads).toBeGreaterThan(0)
  })

  test.skipIf(!hasXz)('a file is read by the one that did not write (skipped without xz)', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'a.xz')
    await writeFile(path, (await compress(await lzmaNative(), content)).subarray(0, -100))
    const reading = async (choice: 'xz' | 'lzma-native') => {
      const reader = await compressor(choice, { preset: 1, threads: 1 })
      return await buffer(Readable.from(reader.decompress(fileBytes(path))))
    }
    await expect(reading('lzma-native')).rejects.toThrow(/^xz left with code 1/)
    await expect(reading('xz')).rejects.toThrow(/^(?!xz)/)
  })
})
