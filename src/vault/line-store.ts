const CHUNK_BYTES = 4 << 20
/** Lines begin at multiples of this, so that a place fits into 32 bits. */
const UNIT = 8
const HEADER_BYTES = 8
const UNITS_OF_CHUNK = CHUNK_BYTES / UNIT

/**
 * Lines of CSV by their first cell, each kept once, outside the JavaScript heap: 8 bytes, the line's own and at most 7
 * more, and 8 to 16 in the index. A heap of as many strings would take three times that.
 */
export class LineStore {
  readonly #chunks: Buffer[] = []
  #end = CHUNK_BYTES
  /** A hash table with open addressing: 0 is free, else a line's place and 1. */
  #index = new Uint32Array(1 << 12)
  #count = 0

  /** How many lines there are. */
  get count(): number {
    return this.#count
  }

  /** The line that begins with `key` as its first cell. */
  get(key: Buffer): Buffer | undefined {
    const place = this.#index[this.#slot(key)]
    return place ? this.line(place - 1) : undefined
  }

  /** Keep `line`, which begins with `key` as its first cell, in the place of the one before. */
  set(key: Buffer, line: Buffer): void {
    const slot = this.#slot(key)
    const known = this.#index[slot]
    if (known && this.#overwrite(known - 1, line)) return
    this.#index[slot] = this.#append(key, line) + 1
    if (known) return
    this.#count++
    if (this.#count * 2 > this.#index.length) this.#grow()
  }

  /** The places of all lines, by their first cells: the shorter first, those of one length by their bytes. */
  places(): Uint32Array {
    return this.#index
      .filter((place) => place !== 0)
      .map((place) => place - 1)
      .sort((a, b) => this.#compare(a, b))
  }

  line(place: number): Buffer {
    const { chunk, at } = this.#locate(place)
    const start = at + HEADER_BYTES
    return chunk.subarray(start, start + chunk.readUInt32LE(at))
  }

  #locate(place: number): { chunk: Buffer; at: number } {
    const chunk = this.#chunks[Math.floor(place / UNITS_OF_CHUNK)]
    if (!chunk) throw new RangeError(`no line at ${place}`)
    return { chunk, at: (place % UNITS_OF_CHUNK) * UNIT }
  }

  /** A line longer than a chunk has one of its own. */
  #append(key: Buffer, line: Buffer): number {
    const size = roomFor(line)
    if (this.#end + size > CHUNK_BYTES) {
      this.#chunks.push(Buffer.allocUnsafe(Math.max(size, CHUNK_BYTES)))
      this.#end = 0
    }
    const place = (this.#chunks.length - 1) * UNITS_OF_CHUNK + this.#end / UNIT
    const { chunk, at } = this.#locate(place)
    chunk.writeUInt32LE(line.length, at)
    chunk.writeUInt32LE(key.length, at + 4)
    chunk.set(line, at + HEADER_BYTES)
    this.#end += size
    return place
  }

  #overwrite(place: number, line: Buffer): boolean {
    const { chunk, at } = this.#locate(place)
    if (roomFor(line) > roomFor(this.line(place))) return false
    chunk.writeUInt32LE(line.length, at)
    chunk.set(line, at + HEADER_BYTES)
    return true
  }

  /** Where in the index `key` is, or would be. */
  #slot(key: Buffer): number {
    const mask = this.#index.length - 1
    let slot = hashOf(key) & mask
    for (let place = this.#index[slot]; place && !this.#hasKey(place - 1, key); place = this.#index[slot])
      slot = (slot + 1) & mask
    return slot
  }

  #hasKey(place: number, key: Buffer): boolean {
    const { chunk, at } = this.#locate(place)
    if (chunk.readUInt32LE(at + 4) !== key.length) return false
    for (let index = 0; index < key.length; index++) if (chunk[at + HEADER_BYTES + index] !== key[index]) return false
    return true
  }

  #grow(): void {
    const before = this.#index
    this.#index = new Uint32Array(before.length * 2)
    for (const place of before) if (place) this.#index[this.#slot(this.#key(place - 1))] = place
  }

  #key(place: number): Buffer {
    const { chunk, at } = this.#locate(place)
    return chunk.subarray(at + HEADER_BYTES, at + HEADER_BYTES + chunk.readUInt32LE(at + 4))
  }

  #compare(a: number, b: number): number {
    const [one, other] = [this.#locate(a), this.#locate(b)]
    const length = one.chunk.readUInt32LE(one.at + 4)
    const difference = length - other.chunk.readUInt32LE(other.at + 4)
    if (difference !== 0) return difference
    for (let at = HEADER_BYTES; at < HEADER_BYTES + length; at++) {
      const step = (one.chunk[one.at + at] ?? 0) - (other.chunk[other.at + at] ?? 0)
      if (step !== 0) return step
    }
    return 0
  }
}

const roomFor = (line: Buffer): number => Math.ceil((HEADER_BYTES + line.length) / UNIT) * UNIT

/** FNV-1a of 32 bits, stirred so that its low bits are good. */
function hashOf(key: Buffer): number {
  let hash = 0x811c9dc5
  for (const byte of key) hash = Math.imul(hash ^ byte, 0x01000193)
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0
}
