/** What X may send by its description, though it is not seen to: others' programs stop at it. Each is a kind of fault. */
export type Oddity = 'nulls' | 'lone-surrogates' | 'empty-contained-within'

export type Oddities = ReadonlySet<Oddity>

/** Which oddities the tweets of each moment have. */
export interface OddTimes {
  /** The same text for the same oddities at the same times. */
  readonly key: string
  /** Those of tweets made at this moment (ms since 1970). */
  at(ms: number): Oddities
}

/** These oddities, at all times. */
export const oddAlways = (...oddities: Oddity[]): OddTimes => {
  const all = new Set(oddities)
  return { key: oddities.join(), at: () => all }
}

/** As X is seen to send. */
export const neverOdd = oddAlways()

/** All of them, at all times. */
export const alwaysOdd = oddAlways('nulls', 'lone-surrogates', 'empty-contained-within')
