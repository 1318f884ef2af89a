import { createHash } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { beforeAll, describe, expect, test } from 'vitest'
import { BLOCK_BYTES, type Codec } from '../../src/vault/codec.js'
import { compressor } from '../../src/vault/compressor.js'
import { lzmaNative } from '../../src/vault/lzma-native.js'
import { threadsArgument, xzProcess } from '../../src/vault/xz-process.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { hasPython, hasXz, python } from './tools.js'

/** A little more than two blocks, quick to compress. */
const content = Buffer.from('a line that comes again and again; with xyz in it\n'.repeat((2.1 * BLOCK_BYTES) / 49))
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

async function* inChunks(bytes: Buffer, size = 1 << 20): AsyncGenerator<Buffer> {
  await Promise.resolve()
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
const compress = (codec: Codec, bytes: Buffer, preset = 0, threads = 2) =>
  buffer(Readable.from(codec.compress(inChunks(bytes), { preset, threads })))
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

  test('writes the same bytes with one thread, two and four', async () => {
    for (const threads of [1, 2, 4]) expect(sha256(await compress(codec, content, 0, threads))).toBe(sha256(compressed))
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

  test('tells of a fault in its input as it is, and leaves no file that looks whole', async () => {
    async function* failing() {
      yield* inChunks(content)
      throw new Error('the disk is gone')
    }
    await expect(buffer(Readable.from(codec.compress(failing(), { preset: 0, threads: 1 })))).rejects.toThrow(
      'the disk is gone',
    )
  })

  test('stops on the signal, though its input waits', async () => {
    const stop = new AbortController()
    async function* waiting() {
      yield content.subarray(0, 1 << 20)
      stop.abort(new Error('enough'))
      await new Promise(() => undefined)
    }
    const output = codec.compress(waiting(), { preset: 1, threads: 1 }, stop.signal)
    await expect(buffer(Readable.from(output))).rejects.toThrow()
    expect(stop.signal.aborted).toBe(true)
  })

  test('leaves nothing running when its reader goes away', async () => {
    for await (const chunk of codec.compress(inChunks(content), { preset: 0, threads: 1 })) {
      expect(chunk.length).toBeGreaterThan(0)
      break
    }
  })

  test.skipIf(!hasXz)('writes what xz accepts: two whole blocks and a rest, CRC64 (skipped without xz)', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'a.xz')
    await writeFile(path, compressed)
    expect(spawnSync('xz', ['--test', path]).status).toBe(0)
    const { stdout } = spawnSync('xz', ['--robot', '--list', path], { encoding: 'utf8' })
    const totals = /^file\t1\t(\d+)\t\d+\t(\d+)\t\S+\t(\S+)/m.exec(stdout)
    expect(totals?.slice(1)).toEqual(['3', String(content.length), 'CRC64'])
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

test('one thread writes in the manner of several, by whatever means the version of xz has', () => {
  expect(threadsArgument(1, '5.4.1')).toBe('+1')
  expect(threadsArgument(1, '5.8.2')).toBe('+1')
  expect(threadsArgument(1, '5.2.5')).toBe('2')
  expect(threadsArgument(4, '5.2.5')).toBe('4')
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
      return await buffer(Readable.from(reader.decompress(path)))
    }
    await expect(reading('lzma-native')).rejects.toThrow(/^xz left with code 1/)
    await expect(reading('xz')).rejects.toThrow(/^(?!xz)/)
  })
})
