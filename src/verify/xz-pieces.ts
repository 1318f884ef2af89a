import { stat } from '../durable/files.js'
import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { fileBytes } from '../vault/compressor.js'
import { streamOf } from '../vault/xz-block.js'
import { STREAM_HEADER } from '../vault/xz-frame.js'
import { xzMarks, type Mark } from './xz-marks.js'

/** A part of an .xz file that can be read by itself. */
export interface XzPiece {
  /** Whether nothing of the file's content is missing between this piece and the one before, or the file's beginning. */
  readonly follows: boolean
  /** It, as a stream of its own. */
  readonly bytes: () => AsyncIterable<Buffer>
}

/**
 * The parts of a file, damaged or not, that may be whole: the blocks of its stream; in a file of before 0.1, which has a stream
 * for each block, the streams. Of one whose beginning is damaged nothing is found, or it counts to the part before.
 */
export async function* xzPieces(path: string): AsyncGenerator<XzPiece> {
  const { size } = await stat(path)
  const marks = await Array.fromAsync(xzMarks(path))
  const hasBlocks = marks.some(({ kind }) => kind === 'block')
  const wanted = marks.filter(({ kind }) => kind === (hasBlocks ? 'block' : 'stream'))
  let [searched, expected] = [0, hasBlocks ? STREAM_HEADER.length : 0]
  for (const [index, mark] of wanted.entries()) {
    const end = mark.kind === 'block' ? mark.end : (wanted[index + 1]?.start ?? size)
    // Another block's content may hold what looks like a header; a block that the file's end cuts is none.
    if (mark.start < searched || end > size) continue
    yield { follows: mark.start === expected, bytes: () => pieceBytes(path, mark, end) }
    searched = expected = end
  }
}

async function* pieceBytes(path: string, mark: Mark, end: number): AsyncGenerator<Buffer> {
  const bytes = fileBytes(path, { start: mark.start, end })
  if (mark.kind === 'stream') yield* bytes
  else yield streamOf(await buffer(Readable.from(bytes)), mark.block)
}
