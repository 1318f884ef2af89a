import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fileChunks } from '../../src/durable/file-chunks.js'
import { temporaryFolder } from '../support/temporary-folder.js'

test.each([0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5_000_000])(
  'a file of %i bytes is given out whole and in order, also to several at once',
  async (bytes) => {
    await using folder = await temporaryFolder()
    const content = randomBytes(bytes)
    const path = join(folder.path, 'content')
    await writeFile(path, content)
    for (const copy of await Promise.all([copyOf(path), copyOf(path), copyOf(path)]))
      expect(copy.equals(content)).toBe(true)
  },
)

test('whoever leaves early leaves nothing open, and takes nothing from others', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'content')
  await writeFile(path, Buffer.alloc(3 << 20, 'a'))
  for await (const chunk of fileChunks(path)) {
    expect(chunk.length).toBeGreaterThan(0)
    break
  }
  expect((await copyOf(path)).equals(Buffer.alloc(3 << 20, 'a'))).toBe(true)
})

test('a file that is not there is told of', async () => {
  await expect(copyOf('/nowhere/at/all')).rejects.toThrow('ENOENT')
})

async function copyOf(path: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of fileChunks(path)) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}
