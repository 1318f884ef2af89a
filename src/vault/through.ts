import { PassThrough, Readable, type Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** What a coder makes of `input`. Leaving the loop early, or `signal`, ends it. @throws what the coder or the input throws */
export async function* through(
  coder: Duplex,
  input: Iterable<Buffer> | AsyncIterable<Buffer>,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  // Straight from an iterable, pipeline() waits for ever on a stream of readable-stream 3, which lzma-native's coder is.
  const source = Readable.from(input, { objectMode: false })
  const output = new PassThrough()
  const done = pipeline(source, coder, output, { ...(signal && { signal }) })
  // The loop below throws the same error; this only keeps it from being reported twice.
  done.catch(() => undefined)
  yield* output as AsyncIterable<Buffer>
  await done
}
