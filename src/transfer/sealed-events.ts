import { silently, type Tell } from '../durable/strange-entry.js'
import { sealedSince, type SealedEvent } from '../spool/journal.js'

/** What a spool's journals say of the files that were sealed. */
export class SealedEvents {
  readonly #byName = new Map<string, SealedEvent>()
  readonly #byHash = new Map<string, SealedEvent>()

  /** The events of files of the hours from `firstHour` on. */
  static async since(spool: string, firstHour: number): Promise<SealedEvents> {
    const sealed = new SealedEvents()
    await sealed.read(spool, firstHour)
    return sealed
  }

  /** Add the events of files of the hours from `firstHour` on. A journal that is strange tells nothing: `sendRecords` tells of it. */
  async read(spool: string, firstHour: number, tell: Tell = silently): Promise<void> {
    for await (const event of sealedSince(spool, firstHour, tell)) this.#add(event)
  }

  /** The event of a file, by its name and size. */
  of(name: string, bytes: number): SealedEvent | undefined {
    return this.#byName.get(`${name} ${bytes}`)
  }

  withHash(sha256: string): SealedEvent | undefined {
    return this.#byHash.get(sha256)
  }

  /** The bytes of all files that were sealed from one moment to another, ms since 1970. */
  bytesBetween(fromMs: number, toMs: number): number {
    const events = [...this.#byHash.values()].filter(({ at }) => Date.parse(at) > fromMs && Date.parse(at) <= toMs)
    return events.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  #add(event: SealedEvent): void {
    this.#byName.set(`${event.name} ${event.bytes}`, event)
    this.#byHash.set(event.sha256, event)
  }
}
