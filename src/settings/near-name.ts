/** The one of `names` that `name` was probably meant to be; `undefined` where none is near. */
export function nearName(name: string, names: readonly string[]): string | undefined {
  const ranked = names
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  return best && best.distance <= Math.floor(name.length / 3) ? best.candidate : undefined
}

/** `; did you mean X?`, or nothing where no name is near. */
export function didYouMean(name: string, names: readonly string[], shown = (near: string) => near): string {
  const near = nearName(name, names)
  return near === undefined ? '' : `; did you mean ${shown(near)}?`
}

/** Letters to insert, remove or replace to get from one word to the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (const [row, letter] of Array.from(from).entries()) {
    const line = [row + 1]
    for (const [column, other] of Array.from(to).entries()) {
      const replaced = (above[column] ?? 0) + (letter === other ? 0 : 1)
      line.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (line[column] ?? 0) + 1))
    }
    above = line
  }
  return above[to.length] ?? 0
}
