import { fileBytes, type Compressor } from './compressor.js'

/**
 * The content of an .xz file whose streams have these lengths, in order, several streams at a time. Every byte of the
 * file belongs to one of them, so that together they say what the whole file says.
 */
export async function* readBlocks(
  path: string,
  lengths: readonly number[],
  { decompress, threads }: Pick<Compressor, 'decompress' | 'threads'>,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  const ranges = rangesOf(lengths)
  const read = (range: Range) => Array.fromAsync(decompress(fileBytes(path, range), signal))
  const begun: Promise<Buffer[]>[] = []
  for (const [index, range] of ranges.entries()) {
    begun.push(quiet(read(range)))
    if (index < threads - 1) continue
    yield* await (begun.shift() as Promise<Buffer[]>)
  }
  for (const content of begun) yield* await content
}

interface Range {
  readonly start: number
  readonly end: number
}

/** Whoever waits for it is told of its fault; until then it is nobody's. */
function quiet<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => undefined)
  return promise
}

function rangesOf(lengths: readonly number[]): Range[] {
  let end = 0
  return lengths.map((length) => ({ start: end, end: (end += length) }))
}
