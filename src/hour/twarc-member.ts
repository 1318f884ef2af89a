import { isAscii } from 'node:buffer'

/** What twarc splices in before a line's last brace; `retrieved_at`, its last member, alone differs from line to line. */
const BEGINNING = Buffer.from(',"__twarc":{')
/** `2026-11-21T13:07:12+00:00` */
const TIME_BYTES = 25
/** What follows the time. */
const END = Buffer.from('"}}')
const MOST_KNOWN = 16

/**
 * Tells the payload in a line from the `__twarc` at its end, without parsing what it has seen before: equal requests
 * leave equal bytes, but for the time.
 */
export class TwarcMembers {
  readonly #known: Buffer[] = []

  /**
   * How many bytes of `line` come before a last member `__twarc` that is valid; `undefined` where there is none. Any
   * two valid lines whose payloads are told so may swap these members, and stay valid.
   */
  payloadBytes(line: Buffer): number | undefined {
    for (const member of this.#known) {
      const start = line.length - member.length
      if (start > 0 && isLike(line, start, member)) return start
    }
    return this.#learn(line)
  }

  #learn(line: Buffer): number | undefined {
    if (this.#known.length === MOST_KNOWN) return undefined
    const start = line.lastIndexOf(BEGINNING)
    if (start < 0) return undefined
    const member = Buffer.from(line.subarray(start))
    if (!isLike(line, start, member) || !isValid(member)) return undefined
    this.#known.push(member)
    return start
  }
}

/** Whether what stands in `line` from `start` on is `member`, but for the time, which holds nothing that JSON minds. */
function isLike(line: Buffer, start: number, member: Buffer): boolean {
  const timeEnd = line.length - END.length
  const time = timeEnd - TIME_BYTES
  if (time <= start || line.compare(member, 0, time - start, start, time) !== 0) return false
  for (let at = time; at < timeEnd; at++) if (!isOfTime(line[at] ?? 0)) return false
  return line.compare(END, 0, END.length, timeEnd) === 0 && line[time - 1] === QUOTE
}

const QUOTE = 0x22
const [ZERO, COLON, T, PLUS, POINT] = [0x30, 0x3a, 0x54, 0x2b, 0x2e]

/** Digits and the colon stand side by side; so do `+`, `,`, `-` and `.`. */
const isOfTime = (byte: number): boolean =>
  (byte >= ZERO && byte <= COLON) || byte === T || (byte >= PLUS && byte <= POINT)

/** Whether it is a whole last member: with a beginning and no more it makes an object. */
function isValid(member: Buffer): boolean {
  if (!isAscii(member)) return false
  try {
    JSON.parse(`{"":0${member.toString('latin1')}`)
    return true
  } catch {
    return false
  }
}
