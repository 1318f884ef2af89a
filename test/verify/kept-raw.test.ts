import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { keptRaw } from '../../src/verify/kept-raw.js'
import { temporaryFolder } from '../support/temporary-folder.js'

test('kept lines with half a surrogate pair are counted anew, also where a line is read in two pieces', async () => {
  await using folder = await temporaryFolder()
  const texts = Array.from(
    { length: 9000 },
    (_, index) => `${'a'.repeat(index % 97)}${index % 3 === 0 ? '\ud83d' : '😀'}`,
  )
  const lines = texts.map((text) => `{"data":{"text":${JSON.stringify(text).replaceAll('😀', '\\uD83D\\uDE00')}}}\n`)
  const path = join(folder.path, 'raw.jsonl.zst')
  await writeFile(path, zstdCompressSync(lines.join('')))
  expect(await keptRaw(path, new AbortController().signal)).toMatchObject({ rows: 9000, unpaired_lines: 3000 })
})
