/** The middle of a list that is not empty, by `measure`; of an even number the lower one of the two. */
export function medianBy<Item>(items: readonly Item[], measure: (item: Item) => number): Item {
  const sorted = items.toSorted((a, b) => measure(a) - measure(b))
  const middle = sorted[Math.floor((sorted.length - 1) / 2)]
  if (middle === undefined) throw new RangeError('the median of nothing')
  return middle
}
