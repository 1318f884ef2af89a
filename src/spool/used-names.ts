import type { Tell } from '../durable/strange-entry.js'
import { DAY_MS, dayOf, hourOf } from '../utc.js'
import { journalDays, readJournal } from './journal.js'
import { parseMinuteFileName, type MinuteId } from './minute-name.js'
import { minuteFiles } from './spool-files.js'

/**
 * Which names a spool has ever used: a name is not given to other content, also after its file has been archived and
 * removed. The journals know the sealed ones; the folder knows those put there by hand, and the open ones.
 */
export class UsedNames {
  readonly #spool: string
  readonly #tell: Tell | undefined
  readonly #highest = new Map<number, number>()
  readonly #daysRead = new Set<number>()
  #newestDay = -Infinity

  /** A journal that cannot be read is told. */
  constructor(spool: string, tell?: Tell) {
    this.#spool = spool
    this.#tell = tell
  }

  /** Of how many minutes names are held in memory; all others can be looked up. */
  get minutesHeld(): number {
    return this.#highest.size
  }

  /** A name for the minute's next file, counted as used from then on. */
  async next(minute: number): Promise<MinuteId> {
    this.#forgetOnNewDay(dayOf(minute))
    await this.#readJournalsSince(dayOf(minute) - DAY_MS)
    for (const file of await minuteFiles(this.#spool, hourOf(minute))) this.#add(file)
    const id = { minute, number: (this.#highest.get(minute) ?? -1) + 1 }
    this.#add(id)
    return id
  }

  /** No file came of a name that `next` has given; where one did after all, the folder knows it. */
  release({ minute, number }: MinuteId): void {
    if (this.#highest.get(minute) === number) this.#highest.set(minute, number - 1)
  }

  #add({ minute, number }: MinuteId): void {
    this.#highest.set(minute, Math.max(number, this.#highest.get(minute) ?? -1))
  }

  /**
   * Once a day, or a collector that runs for months would hold them all. What is needed again is read again, so that
   * every journal must be: a later one may tell of what is forgotten.
   */
  #forgetOnNewDay(day: number): void {
    if (day <= this.#newestDay) return
    this.#newestDay = day
    for (const minute of this.#highest.keys()) if (minute < day - DAY_MS) this.#highest.delete(minute)
    this.#daysRead.clear()
  }

  /**
   * A minute's file may have been sealed on any later day, and, by a clock that was behind, on the day before. What is sealed
   * after a day was read has been added by `next`.
   */
  async #readJournalsSince(first: number): Promise<void> {
    for (const day of await journalDays(this.#spool, this.#tell)) {
      if (day < first || this.#daysRead.has(day)) continue
      this.#daysRead.add(day)
      for await (const event of readJournal(this.#spool, day, this.#tell)) {
        const id = event.event === 'sealed' ? parseMinuteFileName(event.name) : undefined
        if (id) this.#add(id)
      }
    }
  }
}
