import { sealedSince, type SealedEvent } from '../spool/journal.js'

/** What a spool's journals say of the files that were sealed. */
export class SealedEvents {
  readonly #byName = new Map<string, SealedEvent>()
  readonly #byHash = new Map<string, SealedEvent>()

  /** The events of files of the hours from `firstHour` on. */
  static async since(spool: string, firstHour: number): Promise<SealedEvents> {
    const sealed = new SealedEvents()
    for await (const event of sealedSince(spool, firstHour)) sealed.#add(event)
    return sealed
  }

  /** The event of a file, by its name and size. */
  of(name: string, bytes: number): SealedEvent | undefined {
    return this.#byName.get(`${name} ${bytes}`)
  }

  withHash(sha256: string): SealedEvent | undefined {
    return this.#byHash.get(sha256)
  }

  /** The bytes of all files that were sealed after a moment, ms since 1970. */
  bytesSince(ms: number): number {
    const events = [...this.#byHash.values()].filter(({ at }) => Date.parse(at) > ms)
    return events.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  #add(event: SealedEvent): void {
    this.#byName.set(`${event.name} ${event.bytes}`, event)
    this.#byHash.set(event.sha256, event)
  }
}
