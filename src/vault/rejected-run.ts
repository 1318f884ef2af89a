import type { RejectedLine } from './rejected-lines.js'

/** Rejected lines as JSON lines, by server, file and number; it can be handed from thread to thread. */
export interface RejectedRun {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly count: number
}

/** Where a rejected line was found. */
export type RejectedPlace = Pick<RejectedLine, 'server' | 'file' | 'number'>

/** Makes a run of lines that are added in its order: a rejected line takes the memory of its bytes. */
export class RejectedRunWriter {
  #bytes = Buffer.alloc(0)
  #end = 0
  #count = 0

  /** Answers how many bytes it takes. */
  add(line: RejectedLine): number {
    const text = jsonLine(line)
    // No character of a text takes more than three bytes for each of its units.
    this.#makeRoom(3 * text.length)
    const bytes = this.#bytes.write(text, this.#end)
    this.#end += bytes
    this.#count += 1
    return bytes
  }

  /** What was added. Nothing more may be. */
  run(): RejectedRun {
    return { bytes: new Uint8Array(this.#bytes.subarray(0, this.#end)), count: this.#count }
  }

  #makeRoom(bytes: number): void {
    if (this.#end + bytes <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, this.#end + bytes))
    this.#bytes.copy(larger, 0, 0, this.#end)
    this.#bytes = larger
  }
}

/** A run of lines in any order. */
export function rejectedRun(lines: readonly RejectedLine[]): RejectedRun {
  const writer = new RejectedRunWriter()
  for (const line of lines.toSorted((a, b) => comparePlaces(a, b) || compareBytes(a, b))) writer.add(line)
  return writer.run()
}

const jsonLine = ({ server, file, number, reason, line }: RejectedLine): string =>
  JSON.stringify({ server, file, number, reason, line }) + '\n'

const compareBytes = (a: RejectedLine, b: RejectedLine): number =>
  Buffer.compare(Buffer.from(jsonLine(a)), Buffer.from(jsonLine(b)))

export function comparePlaces(a: RejectedPlace, b: RejectedPlace): number {
  if (a.server !== b.server) return a.server - b.server
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return a.number - b.number
}
