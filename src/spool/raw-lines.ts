import { createReadStream } from '../durable/files.js'

/** A line of a file as bytes, without its line end. */
export interface RawLine {
  readonly line: Buffer
  /** Where it begins in the file, in bytes. */
  readonly offset: number
  /** False for what stands behind the last `\n`: a torn line. */
  readonly ended: boolean
}

const LF = 0x0a

/** A file's lines in batches, in order, split on the byte `\n` alone; `seen` is given every chunk as it is read. */
export async function* rawLines(
  path: string,
  seen: (chunk: Buffer) => void = () => undefined,
): AsyncGenerator<RawLine[]> {
  let rest: Buffer = Buffer.alloc(0)
  let offset = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    seen(chunk)
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const { lines, used } = split(bytes, offset)
    rest = bytes.subarray(used)
    offset += used
    if (lines.length > 0) yield lines
  }
  if (rest.length > 0) yield [{ line: rest, offset, ended: false }]
}

function split(bytes: Buffer, offset: number): { lines: RawLine[]; used: number } {
  const lines: RawLine[] = []
  let start = 0
  for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, start)) {
    lines.push({ line: bytes.subarray(start, end), offset: offset + start, ended: true })
    start = end + 1
  }
  return { lines, used: start }
}
