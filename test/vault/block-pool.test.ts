import { expect, test } from 'vitest'
import { BlockPool } from '../../src/vault/block-pool.js'
import { XzBlocks } from '../../src/vault/xz-blocks.js'
import { BLOCK_BYTES } from '../../src/vault/codec.js'
import { lzmaNative } from '../../src/vault/lzma-native.js'
import { blockOf } from '../../src/vault/xz-block.js'
import { indexAndFooter, STREAM_HEADER } from '../../src/vault/xz-frame.js'

/** A pool whose work ends when the test says so. */
function heldPool(threads: number) {
  const begun: { bytes: Buffer; finish: (result: Buffer) => void; fail: (error: Error) => void }[] = []
  const pool = new BlockPool(threads, (bytes) => {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
    begun.push({
      bytes,
      finish: resolve,
      fail: reject,
    })
    return promise
  })
  return { pool, begun }
}
const turn = () => new Promise((resolve) => setImmediate(resolve))

test('so many blocks are worked on at a time, and the next waits outside', async () => {
  const { pool, begun } = heldPool(2)
  let entered = 0
  for (let count = 0; count < 4; count++) void pool.add(pool.lend('lines'), 1, 'lines').then(() => entered++)
  await turn()
  expect([begun.length, entered]).toEqual([2, 2])
  begun[0]?.finish(Buffer.alloc(0))
  await turn()
  expect([begun.length, entered]).toEqual([3, 3])
})

test('what is compressed out of order is passed on in order, as one stream', async () => {
  const { pool, begun } = heldPool(2)
  const passed: Buffer[] = []
  const output = (bytes: Uint8Array) => {
    passed.push(Buffer.from(bytes))
    return Promise.resolve()
  }
  const blocks = new XzBlocks(pool, 'lines', output)
  await blocks.write(Buffer.alloc(BLOCK_BYTES.lines + 10))
  const ended = blocks.end()
  await turn()
  expect(begun.map(({ bytes }) => bytes.length)).toEqual([BLOCK_BYTES.lines, 10])
  const codec = await lzmaNative()
  const streams = await Promise.all(begun.map(({ bytes }) => codec.compress(bytes, { preset: 0, content: 'lines' })))
  begun[1]?.finish(streams[1] as Buffer)
  await turn()
  expect(passed).toEqual([STREAM_HEADER])
  begun[0]?.finish(streams[0] as Buffer)
  await ended
  const wanted = streams.map((stream) => blockOf(stream)).filter((block) => block !== undefined)
  expect(wanted.map(({ contentBytes }) => contentBytes)).toEqual([BLOCK_BYTES.lines, 10])
  expect(Buffer.concat(passed)).toEqual(
    Buffer.concat([STREAM_HEADER, ...wanted.flatMap(({ parts }) => parts), indexAndFooter(wanted)]),
  )
})

test('what a compressor makes that is no stream of one block is told, and what to do', async () => {
  const codec = await lzmaNative()
  const whole = await codec.compress(Buffer.from('x'.repeat(10)), { preset: 0, content: 'lines' })
  const other = await codec.compress(Buffer.from('x'.repeat(11)), { preset: 0, content: 'lines' })
  const wrong = [Buffer.alloc(0), whole.subarray(0, -1), Buffer.concat([whole, whole]), other, Buffer.alloc(100, 7)]
  for (const result of wrong) {
    const pool = new BlockPool(1, () => Promise.resolve(result))
    const blocks = new XzBlocks(pool, 'lines', () => Promise.resolve())
    await blocks.write(Buffer.from('x'.repeat(10)))
    await expect(blocks.end()).rejects.toThrow(/no \.xz stream of one block.*lzma-native/)
  }
})

test('a fault is told to whoever ends, and to whoever brings the next block', async () => {
  const { pool, begun } = heldPool(1)
  const blocks = new XzBlocks(pool, 'lines', () => Promise.resolve())
  await blocks.write(Buffer.alloc(BLOCK_BYTES.lines))
  begun[0]?.fail(new Error('the disk is gone'))
  await expect(blocks.end()).rejects.toThrow('the disk is gone')
  await expect(pool.add(pool.lend('lines'), 1, 'lines')).rejects.toThrow('the disk is gone')
})
