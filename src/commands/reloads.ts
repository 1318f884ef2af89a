/** Those who read secrets and log level anew when they are asked to, as by SIGHUP. */
export class Reloads {
  readonly #listeners = new Set<() => void>()

  /** Ask all; false where there is nobody to ask. */
  ask(): boolean {
    for (const listener of this.#listeners) listener()
    return this.#listeners.size > 0
  }

  /** Be asked until disposed. */
  listen(listener: () => void): Disposable {
    this.#listeners.add(listener)
    return {
      [Symbol.dispose]: () => {
        this.#listeners.delete(listener)
      },
    }
  }
}
