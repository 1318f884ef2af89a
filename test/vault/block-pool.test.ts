import { expect, test } from 'vitest'
import { BlockPool } from '../../src/vault/block-pool.js'
import { XzBlocks } from '../../src/vault/xz-blocks.js'
import { BLOCK_BYTES } from '../../src/vault/codec.js'

/** A pool whose work ends when the test says so. */
function heldPool(threads: number) {
  const begun: { bytes: Buffer; finish: (result: string) => void; fail: (error: Error) => void }[] = []
  const pool = new BlockPool(threads, (bytes) => {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
    begun.push({
      bytes,
      finish: (result) => {
        resolve(Buffer.from(result))
      },
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
  begun[0]?.finish('')
  await turn()
  expect([begun.length, entered]).toEqual([3, 3])
})

test('what is compressed out of order is passed on in order', async () => {
  const { pool, begun } = heldPool(2)
  const passed: string[] = []
  const lengths: number[] = []
  const output = (bytes: Uint8Array) => {
    passed.push(Buffer.from(bytes).toString())
    return Promise.resolve()
  }
  const blocks = new XzBlocks(pool, 'lines', output, (length) => lengths.push(length))
  await blocks.write(Buffer.alloc(BLOCK_BYTES.lines + 10))
  const ended = blocks.end()
  await turn()
  expect(begun.map(({ bytes }) => bytes.length)).toEqual([BLOCK_BYTES.lines, 10])
  begun[1]?.finish('second')
  await turn()
  expect(passed).toEqual([])
  begun[0]?.finish('first')
  await ended
  expect(passed).toEqual(['first', 'second'])
  expect(lengths).toEqual([5, 6])
})

test('a fault is told to whoever ends, and to whoever brings the next block', async () => {
  const { pool, begun } = heldPool(1)
  const blocks = new XzBlocks(
    pool,
    'lines',
    () => Promise.resolve(),
    () => undefined,
  )
  await blocks.write(Buffer.alloc(BLOCK_BYTES.lines))
  begun[0]?.fail(new Error('the disk is gone'))
  await expect(blocks.end()).rejects.toThrow('the disk is gone')
  await expect(pool.add(pool.lend('lines'), 1, 'lines')).rejects.toThrow('the disk is gone')
})
