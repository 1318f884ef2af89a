/** Remembers what was made last, up to a weight in all; the oldest goes first. */
export class Recent<Key, Value> {
  readonly #values = new Map<Key, Value>()
  readonly #limit: number
  readonly #weigh: (value: Value) => number
  #weight = 0

  constructor(limit: number, weigh: (value: Value) => number = () => 1) {
    this.#limit = limit
    this.#weigh = weigh
  }

  /** The key's value, made now unless it is remembered. */
  get(key: Key, make: () => Value): Value {
    const known = this.#values.get(key)
    if (known !== undefined) return known
    const value = make()
    this.#weight += this.#weigh(value)
    this.#forgetOldest()
    this.#values.set(key, value)
    return value
  }

  #forgetOldest(): void {
    for (const [key, value] of this.#values) {
      if (this.#weight <= this.#limit) return
      this.#values.delete(key)
      this.#weight -= this.#weigh(value)
    }
  }
}
