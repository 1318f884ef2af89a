import { open, rm, type FileHandle } from '../durable/files.js'
import { z } from 'zod'

/** A line of an hour's minute files that could not be used. */
export const rejectedLineSchema = z.object({
  server: z.union([z.literal(1), z.literal(2)]),
  /** The name of its minute file. */
  file: z.string(),
  /** Which line of that file, from 1. */
  number: z.int().positive(),
  reason: z.string(),
  /** The line itself; bytes that are no UTF-8 are U+FFFD. */
  line: z.string(),
})

export type RejectedLine = Readonly<z.infer<typeof rejectedLineSchema>>

/** Where one of them stands in the scratch file. */
interface Place {
  readonly server: number
  readonly file: string
  readonly number: number
  readonly at: number
  readonly bytes: number
}

/**
 * The rejected lines of an hour, on their way to be sorted. They wait in a scratch file, so that an hour of nothing but
 * rubbish takes only some hundred bytes of memory a line.
 */
export class RejectedLines {
  readonly #file: FileHandle
  readonly #path: string
  readonly #places: Place[] = []
  #size = 0

  private constructor(path: string, file: FileHandle) {
    this.#path = path
    this.#file = file
  }

  /** `path` is the scratch file's; its folder exists. */
  static async open(path: string): Promise<RejectedLines> {
    return new RejectedLines(path, await open(path, 'w+', 0o600))
  }

  async add(lines: readonly RejectedLine[]): Promise<void> {
    const texts = lines.map((line) => Buffer.from(jsonLine(line)))
    for (const [index, { server, file, number }] of lines.entries()) {
      const bytes = texts[index]?.length ?? 0
      this.#places.push({ server, file, number, at: this.#size, bytes })
      this.#size += bytes
    }
    await this.#file.appendFile(Buffer.concat(texts))
  }

  /** The JSON lines, by server, file and number; those of one place by their bytes. */
  async *sorted(): AsyncGenerator<string> {
    const places = this.#places.sort(comparePlaces)
    for (let at = 0; at < places.length;) {
      let end = at + 1
      while (end < places.length && comparePlaces(places[at] as Place, places[end] as Place) === 0) end++
      const texts = await Promise.all(places.slice(at, end).map((place) => this.#read(place)))
      for (const text of texts.sort((a, b) => Buffer.compare(a, b))) yield text.toString()
      at = end
    }
  }

  /** Remove the scratch file. */
  async remove(): Promise<void> {
    await this.#file.close()
    await rm(this.#path, { force: true })
  }

  async #read({ at, bytes }: Place): Promise<Buffer> {
    const { buffer } = await this.#file.read(Buffer.alloc(bytes), 0, bytes, at)
    return buffer
  }
}

const jsonLine = ({ server, file, number, reason, line }: RejectedLine): string =>
  JSON.stringify({ server, file, number, reason, line }) + '\n'

function comparePlaces(a: Place, b: Place): number {
  if (a.server !== b.server) return a.server - b.server
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return a.number - b.number
}
