import { dirname, join } from 'node:path'
import { z } from 'zod'
import { makeFolder } from '../durable/folder.js'
import { readState, writeState } from '../durable/state-file.js'
import type { Log } from '../log.js'
import { errorText } from '../operator-error.js'
import { HOUR_MS, hourName, parseHourName } from '../utc.js'

const hourSchema = z.string().refine((text) => parseHourName(text) !== undefined, 'no hour')

const schema = z.object({
  /** Every hour of the collection before this one is finished. */
  finished_until: hourSchema,
  /** And these. */
  finished: z.array(hourSchema),
})

/**
 * The hours for which nothing is left to do, so that a run need not ask about each hour since the collection began. Kept
 * in the state folder; without it everything is asked again, and no harm done.
 */
export class FinishedHours {
  readonly #path: string
  readonly #beginning: number
  readonly #hours = new Set<number>()
  #damaged = false

  private constructor(stateFolder: string, beginning: number) {
    this.#path = join(stateFolder, 'sync.json')
    this.#beginning = beginning
  }

  /**
   * `hours`: from the collection's first to the last that can be finished. A file that is damaged or can't be read is told,
   * left as it is, and counts as none.
   */
  static async read(stateFolder: string, hours: { from: number; to: number }, log: Log): Promise<FinishedHours> {
    const finished = new FinishedHours(stateFolder, hours.from)
    await finished.#read(hours.to).catch((error: unknown) => {
      log.error({ reason: errorText(error) }, 'every hour is looked at again')
      finished.#damaged = true
    })
    return finished
  }

  has(hour: number): boolean {
    return this.#hours.has(hour)
  }

  set(hour: number, finished: boolean): void {
    if (finished) this.#hours.add(hour)
    else this.#hours.delete(hour)
  }

  async write(): Promise<void> {
    if (this.#damaged) return
    let until = this.#beginning
    while (this.#hours.has(until)) until += HOUR_MS
    const later = [...this.#hours].filter((hour) => hour > until).sort((a, b) => a - b)
    await makeFolder(dirname(this.#path))
    await writeState(this.#path, { finished_until: hourName(until), finished: later.map(hourName) })
  }

  async #read(last: number): Promise<void> {
    const state = await readState(this.#path, schema)
    if (!state) return
    const until = parseHourName(state.finished_until) ?? this.#beginning
    for (let hour = this.#beginning; hour < Math.min(until, last); hour += HOUR_MS) this.#hours.add(hour)
    for (const name of state.finished) this.#hours.add(parseHourName(name) ?? this.#beginning)
  }
}
