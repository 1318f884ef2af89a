import { crc32 } from 'node:zlib'
import { TwarcMembers } from './twarc-member.js'

/** A busy minute's payloads that go beyond this are parsed twice instead of being kept. */
const MOST_BYTES = 16 << 20

interface Known {
  readonly id: string
  readonly start: number
  readonly end: number
}

/** Lines that were found valid, so that the same payload from the other server need not be parsed again. */
export class KnownLines {
  readonly #members = new TwarcMembers()
  readonly #payloads = new Map<number, Known>()
  #bytes = Buffer.allocUnsafeSlow(1 << 20)
  #end = 0

  /** Forget all lines. */
  clear(): void {
    this.#payloads.clear()
    this.#end = 0
  }

  /** `line` is valid, and the whole of it is the tweet `id`. */
  note(line: Buffer, id: string): void {
    const payload = this.#payloadOf(line)
    if (!payload || !this.#makeRoom(payload.length)) return
    const start = this.#end
    this.#end += payload.copy(this.#bytes, start)
    this.#payloads.set(crc32(payload), { id, start, end: this.#end })
  }

  /** The tweet of a line whose payload is, byte for byte, one that was noted, and which is valid therefore. */
  idOf(line: Buffer): string | undefined {
    const payload = this.#payloadOf(line)
    const known = payload && this.#payloads.get(crc32(payload))
    return known && payload.compare(this.#bytes, known.start, known.end) === 0 ? known.id : undefined
  }

  #payloadOf(line: Buffer): Buffer | undefined {
    const bytes = this.#members.payloadBytes(line)
    return bytes === undefined ? undefined : line.subarray(0, bytes)
  }

  #makeRoom(bytes: number): boolean {
    const needed = this.#end + bytes
    if (needed > MOST_BYTES) return false
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(2 * needed, MOST_BYTES))
      this.#bytes.copy(larger, 0, 0, this.#end)
      this.#bytes = larger
    }
    return true
  }
}
