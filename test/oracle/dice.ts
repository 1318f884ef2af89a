import { fraction, mix } from '../../src/simulator/seeded.js'

/** Chance that a seed repeats: the same draws in the same order. */
export class Dice {
  readonly #key: number
  #draws = 0

  constructor(seed: number) {
    this.#key = mix(seed, 0x0eac1e)
  }

  /** From 0 up to, not including, 1. */
  readonly fraction = (): number => fraction(this.#key, (this.#draws += 1))

  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1))
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.whole(0, items.length - 1)] as Item
  }

  /** True for this share (0 to 1) of all throws. */
  happens(share: number): boolean {
    return this.fraction() < share
  }
}
