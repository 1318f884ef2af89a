import { open } from './files.js'

const CHUNK_BYTES = 1 << 20
/** Left to the garbage collector, which does not see their size, these would pile up, and each would cost it a round. */
const spare: Buffer[] = []

/** A file's bytes in order. A chunk holds only until the next one is asked for: its memory is used again. */
export async function* fileChunks(path: string): AsyncGenerator<Buffer> {
  const file = await open(path)
  const buffer = spare.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES)
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    spare.push(buffer)
    await file.close()
  }
}
