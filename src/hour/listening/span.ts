/** A time in ms since 1970; `toMs` no longer belongs to it. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

export const lengthOf = (spans: readonly Span[]): number =>
  spans.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)

/** The parts of spans that lie within another one. */
export const within = <S extends Span>(spans: readonly S[], { fromMs, toMs }: Span): S[] =>
  spans.flatMap((span) => {
    const cut = { ...span, fromMs: Math.max(span.fromMs, fromMs), toMs: Math.min(span.toMs, toMs) }
    return cut.fromMs < cut.toMs ? [cut] : []
  })

/** All times that are in any of the spans, ascending, neighbours as one. */
export function union(spans: readonly Span[]): Span[] {
  const found: { fromMs: number; toMs: number }[] = []
  for (const { fromMs, toMs } of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    if (fromMs >= toMs) continue
    const last = found.at(-1)
    if (last && fromMs <= last.toMs) last.toMs = Math.max(last.toMs, toMs)
    else found.push({ fromMs, toMs })
  }
  return found
}

/** What is left of each span without the times of `taken`. */
export const without = <S extends Span>(spans: readonly S[], taken: readonly Span[]): S[] => {
  const away = union(taken)
  return spans.flatMap((span) => {
    const left: S[] = []
    let { fromMs } = span
    for (let index = firstAfter(away, fromMs); index < away.length; index += 1) {
      const hole = away[index]
      if (!hole || hole.fromMs >= span.toMs) break
      if (hole.fromMs > fromMs) left.push({ ...span, fromMs, toMs: hole.fromMs })
      fromMs = hole.toMs
    }
    return fromMs < span.toMs ? [...left, { ...span, fromMs }] : left
  })
}

/** The index of the first span that ends after `ms`, where they ascend and none touches another. */
function firstAfter(spans: readonly Span[], ms: number): number {
  let [low, high] = [0, spans.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((spans[middle]?.toMs ?? Infinity) > ms) high = middle
    else low = middle + 1
  }
  return low
}

/** The spans in order, none within another: where two overlap the earlier one keeps the time. */
export function apart<S extends Span>(spans: readonly S[]): S[] {
  const found: S[] = []
  let endMs = -Infinity
  for (const span of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const fromMs = Math.max(span.fromMs, endMs)
    if (fromMs >= span.toMs) continue
    found.push({ ...span, fromMs })
    endMs = span.toMs
  }
  return found
}
