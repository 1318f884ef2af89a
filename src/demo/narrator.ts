import { printable } from '../printable.js'

/** Where the demo tells what happens. */
export interface Teller {
  write(text: string): unknown
  readonly isTTY?: boolean
}

const CLEAR_LINE = '\r\u001b[K'

/** Tells what happens, a line an event with the demo's time; on a terminal with a line below that shows where it stands. */
export class Narrator {
  readonly #out: Teller
  readonly #now: () => number

  constructor(out: Teller, now: () => number) {
    this.#out = out
    this.#now = now
  }

  say(text: string): void {
    this.#out.write(`${this.#out.isTTY ? CLEAR_LINE : ''}${this.#time()}  ${printable(text)}\n`)
  }

  /** Where it stands; on a terminal alone. */
  show(status: string): void {
    if (this.#out.isTTY) this.#out.write(`${CLEAR_LINE}${this.#time()}  ${status}`)
  }

  done(): void {
    if (this.#out.isTTY) this.#out.write(CLEAR_LINE)
  }

  #time(): string {
    return new Date(this.#now()).toISOString().slice(11, 16)
  }
}
