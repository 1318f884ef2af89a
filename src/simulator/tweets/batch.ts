/** Lines as they go over the wire, one after the other, each with its CRLF. */
export interface Batch {
  readonly bytes: Buffer
  /** Where each line ends, CRLF included. */
  readonly ends: readonly number[]
  /** Each line's tweet; empty where a line is none. */
  readonly ids: readonly string[]
}

/** Put lines of text, each with its tweet's ID, into one batch. */
export function batchOf(lines: readonly { text: string; id: string }[]): Batch {
  const encoded = lines.map(({ text }) => Buffer.from(`${text}\r\n`))
  let end = 0
  return {
    bytes: Buffer.concat(encoded),
    ends: encoded.map(({ length }) => (end += length)),
    ids: lines.map(({ id }) => id),
  }
}
