/** Decompresses .xz files by lzma-native, as process-hour reads back what xz wrote: read-back.js FILE... */
import { createReadStream } from 'node:fs'
import { argv, stdout } from 'node:process'
import lzma from 'lzma-native'

/** liblzma's LZMA_CONCATENATED, which is a number; @types/lzma-native takes it for its name. */
const SEVERAL_STREAMS = { flags: 8 as unknown as 'CONCATENATED' }

let bytes = 0
for (const path of argv.slice(2)) {
  const decompressor = lzma.createDecompressor(SEVERAL_STREAMS)
  const content: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: 256 << 10 }).pipe(decompressor)
  for await (const chunk of content) bytes += chunk.length
}
stdout.write(`${bytes}\n`)
