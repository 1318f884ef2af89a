/** Whether `length` bytes are the same in both places. For few bytes: a call into Node's own takes longer than the loop. */
export function isSame(a: Buffer, atA: number, b: Buffer, atB: number, length: number): boolean {
  for (let index = 0; index < length; index += 1) if (a[atA + index] !== b[atB + index]) return false
  return true
}

/** Copy the bytes from `start` up to `end` to `at`; answers where they end. For few bytes. */
export function copyBytes(from: Buffer, start: number, end: number, into: Buffer, at: number): number {
  let out = at
  for (let read = start; read < end; read += 1) into[out++] = from[read] ?? 0
  return out
}
