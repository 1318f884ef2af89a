import { createReadStream } from '../durable/files.js'
import { availableParallelism } from 'node:os'
import { errorText, OperatorError } from '../operator-error.js'
import type { VaultSettings } from '../settings/settings.js'
import type { Codec, Content, Preset } from './codec.js'
import { lzmaNative } from './lzma-native.js'
import { xzProcess } from './xz-process.js'

/** Writes and reads .xz by what the settings choose. */
export interface Compressor {
  /** Who writes, as it stands in the book: `xz 5.4.1`, `lzma-native 8.0.6 (liblzma 5.2.3)`. */
  readonly label: string
  /** How many blocks are to be compressed at a time. */
  readonly threads: number
  /** `block` as an .xz stream of one block: the same bytes whatever `threads` is. */
  compress(block: Buffer, content: Content, signal?: AbortSignal): Promise<Buffer>
  /** The content of streams, by the other of the two where both work, so that neither checks itself. */
  decompress(compressed: AsyncIterable<Buffer>, signal?: AbortSignal): AsyncIterable<Buffer>
}

type Choice = VaultSettings['compressor']

/**
 * `auto` is the system's xz where it is there, else lzma-native; `preset` is 0 to 9 or `fast`; `threads` 0 is as many as there are
 * cores.
 * @throws OperatorError where what was chosen does not work here
 */
export async function compressor(
  choice: Choice,
  { preset, threads }: { preset: Preset; threads: number },
): Promise<Compressor> {
  const codecs = { xz: await tryCodec(xzProcess), 'lzma-native': await tryCodec(lzmaNative) }
  const writer = choose(choice, codecs)
  const reader = Object.values(codecs).find((codec) => isCodec(codec) && codec !== writer) as Codec | undefined
  return {
    label: writer.label,
    threads: Math.min(coresFor(threads), writer.mostAtOnce),
    compress: (block, content, signal) => writer.compress(block, { preset, content }, signal),
    decompress: (compressed, signal) => (reader ?? writer).decompress(compressed, signal),
  }
}

/** What `[vault] threads` stands for: 0 for all cores. */
export const coresFor = (threads: number): number => (threads === 0 ? availableParallelism() : threads)

const READ_BYTES = 256 << 10

/** A file's bytes, or those from `start` up to, not including, `end`. */
export const fileBytes = (path: string, range?: { start: number; end: number }): AsyncIterable<Buffer> =>
  createReadStream(path, {
    highWaterMark: READ_BYTES,
    ...(range && { start: range.start, end: range.end - 1 }),
  })

type Tried = Codec | { readonly fault: unknown }

const tryCodec = (make: () => Promise<Codec>): Promise<Tried> => make().catch((fault: unknown) => ({ fault }))
const isCodec = (tried: Tried): tried is Codec => 'label' in tried

function choose(choice: Choice, codecs: Record<'xz' | 'lzma-native', Tried>): Codec {
  const wanted = choice === 'auto' ? (['xz', 'lzma-native'] as const) : [choice]
  const faults: string[] = []
  for (const name of wanted) {
    const tried = codecs[name]
    if (isCodec(tried)) return tried
    faults.push(`${name}: ${errorText(tried.fault)}`)
  }
  throw new OperatorError(
    `[vault] compressor = ${choice} does not work here (${faults.join('; ')}): install xz (Debian: xz-utils), then set it to auto`,
  )
}
