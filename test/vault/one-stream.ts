import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.js'
import { hasPython, hasXz, python } from './tools.js'

/** Reads the first stream of a file and nothing behind it, as some readers do by default. */
const firstStream = `
import lzma, sys
decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ)
content = decoder.decompress(sys.stdin.buffer.read())
print(decoder.eof, len(decoder.unused_data), len(content))`

/** Have the xz program and Python, where they are there, say that a file is one whole stream of so many blocks. */
export async function checkOneStream(file: Buffer, blocks: number): Promise<void> {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'file.xz')
  await writeFile(path, file)
  if (!hasXz) return
  expect(spawnSync('xz', ['--test', '--verbose', path]).status).toBe(0)
  const { stdout } = spawnSync('xz', ['--robot', '--list', path], { encoding: 'utf8' })
  const [, streams, found, , bytes] = /^totals\t(\d+)\t(\d+)\t(\d+)\t(\d+)/m.exec(stdout) ?? []
  expect([streams, found]).toEqual(['1', String(blocks)])
  const content = spawnSync('xz', ['--decompress', '--stdout', '--threads=3', path], { maxBuffer: 1 << 30 })
  expect([content.status, String(content.stdout.length)]).toEqual([0, bytes])
  if (hasPython) expect(python(firstStream, file).trim()).toBe(`True 0 ${bytes}`)
}
