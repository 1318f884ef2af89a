import { createReadStream } from 'node:fs'
import { availableParallelism } from 'node:os'
import { errorText, OperatorError } from '../operator-error.js'
import type { VaultSettings } from '../settings/settings.js'
import type { Codec, Effort } from './codec.js'
import { lzmaNative } from './lzma-native.js'
import { xzProcess } from './xz-process.js'

/** Writes and reads .xz by what the settings choose. */
export interface Compressor {
  /** Who writes, as it stands in the book: `xz 5.4.1`, `lzma-native 8.0.6 (liblzma 5.2.3)`. */
  readonly label: string
  /** The cores it may use. */
  readonly threads: number
  /** The compressed form of `content`: the same bytes whatever `threads` is (default: all that the settings allow). */
  compress(content: AsyncIterable<Buffer>, options?: { threads?: number; signal?: AbortSignal }): AsyncIterable<Buffer>
  /** The content of a file, read by the other of the two where both work, so that neither checks itself. */
  decompress(path: string, signal?: AbortSignal): AsyncIterable<Buffer>
}

type Choice = VaultSettings['compressor']

const READ_BYTES = 256 << 10

/**
 * `auto` is the system's xz where it is there, else lzma-native; `threads` 0 is as many as there are cores.
 * @throws OperatorError where what was chosen does not work here
 */
export async function compressor(choice: Choice, { preset, threads }: Effort): Promise<Compressor> {
  const codecs = { xz: await tryCodec(xzProcess), 'lzma-native': await tryCodec(lzmaNative) }
  const writer = choose(choice, codecs)
  const reader = Object.values(codecs).find((codec) => isCodec(codec) && codec !== writer) as Codec | undefined
  const most = threads === 0 ? availableParallelism() : threads
  return {
    label: writer.label,
    threads: most,
    compress: (content, options) =>
      writer.compress(content, { preset, threads: options?.threads ?? most }, options?.signal),
    decompress: (path, signal) =>
      (reader ?? writer).decompress(createReadStream(path, { highWaterMark: READ_BYTES }), signal),
  }
}

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
