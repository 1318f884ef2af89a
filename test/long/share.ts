/** `LONG=short` takes a share of what there is to try, as `.ci/run` does; other ones with another `FAULTS_SEED`. */
export const isShort = process.env['LONG'] === 'short'

/** With `LONG=short` every so-manieth item, so that about `most` are left; else all. */
export function shareOf<Item>(items: readonly Item[], most: number, seed: number): readonly Item[] {
  const step = Math.max(1, Math.ceil(items.length / most))
  return isShort ? items.filter((_, index) => index % step === seed % step) : items
}
