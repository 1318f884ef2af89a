/**
 * Reads a table's rows by the names in its header: what was archived before a column was added stays readable, with that
 * cell empty, and columns that this version doesn't know are passed over.
 */
export class TableReader {
  readonly #width: number
  /** Where each wanted column stands in a line; -1 where the table doesn't have it. */
  readonly #places: readonly number[]
  readonly #isAsWanted: boolean

  /**
   * @param header the table's first line, `undefined` where it has none
   * @param wanted the columns to read, in this order; the first one must be there
   * @param booked what the hour's book says the header is, where it says so
   * @throws Error where it isn't the header of such a table
   */
  constructor(header: readonly string[] | undefined, wanted: readonly string[], booked?: readonly string[]) {
    const names = header ?? []
    const fault = headerFault(names, wanted, booked)
    if (fault !== undefined) throw new Error(fault)
    this.#width = names.length
    this.#places = wanted.map((name) => names.indexOf(name))
    this.#isAsWanted = names.join() === wanted.join()
  }

  /** The wanted cells of a line. @throws Error where the line hasn't as many cells as the header */
  cells(line: readonly string[]): readonly string[] {
    if (line.length !== this.#width) throw new Error(`a row is ${line.join()}`)
    return this.#isAsWanted ? line : this.#places.map((place) => line[place] ?? '')
  }
}

function headerFault(
  names: readonly string[],
  [key = '']: readonly string[],
  booked: readonly string[] | undefined,
): string | undefined {
  if (names.length === 0) return 'its header is missing'
  if (!names.includes(key) || new Set(names).size < names.length) return `its header is ${names.join()}`
  return booked && booked.join() !== names.join()
    ? `its header is ${names.join()}, the book has ${booked.join()}`
    : undefined
}
