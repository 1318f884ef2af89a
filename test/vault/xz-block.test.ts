import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { lzmaNative } from '../../src/vault/lzma-native.js'
import { xzProcess } from '../../src/vault/xz-process.js'
import { blockOf, sizedBlockAt, streamOf } from '../../src/vault/xz-block.js'
import { indexAndFooter, readVli, STREAM_HEADER, vli } from '../../src/vault/xz-frame.js'
import { checkOneStream } from './one-stream.js'
import { hasXz } from './tools.js'

const compressed = async (contents: readonly Buffer[]) => {
  const codec = await lzmaNative()
  const streams = await Promise.all(contents.map((content) => codec.compress(content, { preset: 1, content: 'users' })))
  return streams.map((stream) => {
    const block = blockOf(stream)
    if (!block) throw new Error('no block')
    return block
  })
}

test('numbers of any size are written as the format has them, and read again', () => {
  for (const value of [0, 1, 127, 128, 300, 16_383, 16_384, 2 ** 31, 2 ** 32 + 5, 2 ** 48 - 1])
    expect(readVli(Buffer.concat([Buffer.from('x'), vli(value)]), 1)).toEqual({ value, end: 1 + vli(value).length })
  expect(vli(300)).toEqual(Buffer.from([0xac, 0x02]))
  expect(readVli(Buffer.from([0x80, 0x80]), 0)).toBeUndefined()
})

test.each([0, 1, 2, 7, 130])('%i blocks are one stream that others read', async (count) => {
  const contents = Array.from({ length: count }, (_, index) =>
    Buffer.concat([randomBytes(index * 3 + 1), Buffer.alloc(1000)]),
  )
  const blocks = await compressed(contents)
  const file = Buffer.concat([STREAM_HEADER, ...blocks.flatMap(({ parts }) => parts), indexAndFooter(blocks)])
  await checkOneStream(file, count)
  let at = STREAM_HEADER.length
  for (const [index, content] of contents.entries()) {
    const found = sizedBlockAt(file, at)
    expect(found?.block.contentBytes).toBe(content.length)
    const alone = found && streamOf(file.subarray(at, found.end), found.block)
    if (index === 1 && alone) await checkOneStream(alone, 1)
    at = found?.end ?? 0
  }
})

test.skipIf(!hasXz)('the block is the same, whoever compressed it (skipped without xz)', async () => {
  const content = Buffer.from('one line and another, '.repeat(5000))
  const made = await Promise.all([xzProcess(), lzmaNative()])
  for (const how of [{ preset: 0, content: 'lines' } as const, { preset: 6, content: 'tweets' } as const]) {
    const [a, b] = await Promise.all(made.map((codec) => codec.compress(content, how)))
    expect(blockOf(a as Buffer)).toEqual(blockOf(b as Buffer))
    expect(blockOf(a as Buffer)).toBeDefined()
  }
})

test('of a stream in which one byte of header, index or footer is wrong no block is taken', async () => {
  const codec = await lzmaNative()
  const stream = await codec.compress(Buffer.from('some content'), { preset: 0, content: 'lines' })
  const block = blockOf(stream)
  const around = [...Array(24).keys(), ...Array.from({ length: 20 }, (_, back) => stream.length - 1 - back)]
  expect(block).toBeDefined()
  for (const at of around) {
    const wrong = Buffer.from(stream)
    wrong.writeUInt8(wrong.readUInt8(at) ^ 0x40, at)
    expect(blockOf(wrong), `byte ${at}`).toBeUndefined()
  }
})
