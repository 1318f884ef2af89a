const LF = 0x0a
const QUOTE = 0x22

/** Counts the rows of an archive file's content as its bytes pass, without taking them apart. */
export interface RowCounter {
  add(chunk: Uint8Array): void
  /** So far, without a header. */
  readonly rows: number
}

/** Rows of CSV with a header: line ends outside quotes. */
export function csvRowCounter(): RowCounter {
  let rows = -1
  let quoted = false
  return {
    add(chunk) {
      let lineEnd = chunk.indexOf(LF)
      for (let at = 0; at < chunk.length;) {
        const quote = chunk.indexOf(QUOTE, at)
        const end = quote < 0 ? chunk.length : quote
        for (; lineEnd >= 0 && lineEnd < end; lineEnd = chunk.indexOf(LF, lineEnd + 1)) if (!quoted) rows++
        if (quote >= 0) quoted = !quoted
        at = end + 1
      }
    },
    get rows() {
      return rows
    },
  }
}

/** Lines. */
export function lineCounter(): RowCounter {
  let rows = 0
  return {
    add(chunk) {
      for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, at + 1)) rows++
    },
    get rows() {
      return rows
    },
  }
}
