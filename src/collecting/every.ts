/** Answers, asked again and again for a time in ms, once in every `ms` that it is due; at the first asking too. */
export function every(ms: number): (nowMs: number) => boolean {
  let last = -Infinity
  return (nowMs) => {
    // A clock that is set back must not silence it for as long.
    if (nowMs >= last && nowMs - last < ms) return false
    last = nowMs
    return true
  }
}
