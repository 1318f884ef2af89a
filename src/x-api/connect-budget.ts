import { rename } from '../durable/files.js'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../clock.js'
import { crashPoint } from '../durable/crash-point.js'
import { makeSetFolder } from '../durable/folder.js'
import { faultText } from '../durable/owner.js'
import { CorruptStateError, readState, writeState } from '../durable/state-file.js'
import type { Log } from '../log.js'
import { errorCode, errorText } from '../operator-error.js'
import { MINUTE_MS } from '../utc.js'

/** X allows 50 connects in 15 minutes (docs.x.com, "rate limits"); two servers may share an app. */
const WINDOW_MS = 15 * MINUTE_MS
const MOST = 25
/** So many may follow each other at once; the rest is spread, so that a flapping stream is never gone for long. */
const AT_ONCE = 10
const SPREAD_MS = WINDOW_MS / (MOST - AT_ONCE)

/** How long the next connect must wait, in ms, after `connects` (ms since 1970, ascending) of the last 15 minutes. */
export function budgetWaitMs(connects: readonly number[], nowMs: number): number {
  const last = connects.at(-1)
  return last === undefined || connects.length < AT_ONCE ? 0 : Math.max(0, last + SPREAD_MS - nowMs)
}

const stateSchema = z.object({ connects: z.array(z.int()) })

/** Keeps the number of connects within what X allows, over restarts too. Losing its file costs nothing. */
export class ConnectBudget {
  readonly #path: string
  readonly #clock: Clock
  readonly #log: Log
  #connects: number[]

  private constructor(path: string, connects: number[], { clock, log }: { clock: Clock; log: Log }) {
    this.#path = path
    this.#connects = connects
    this.#clock = clock
    this.#log = log
  }

  /**
   * Go on with the connects that `stateFolder` remembers. A memory that cannot be read is put aside.
   * @throws OperatorError where the folder cannot be made
   */
  static async open(stateFolder: string, world: { clock: Clock; log: Log }): Promise<ConnectBudget> {
    const path = join(stateFolder, 'connects.json')
    await makeSetFolder(stateFolder, '[server] state_folder')
    const state = await readState(path, stateSchema).catch(async (error: unknown) => {
      if (!(error instanceof CorruptStateError) && errorCode(error) === undefined) throw error
      world.log.warn(
        { file: path, reason: faultText(error) },
        'the connect times cannot be read: put aside, counting anew',
      )
      // What cannot be put aside is in the way of the next ones, and told then.
      await rename(path, `${path}.damaged`).catch(() => undefined)
      return undefined
    })
    return new ConnectBudget(path, state?.connects ?? [], world)
  }

  /** How long the next connect must wait, in ms. */
  waitMs(): number {
    this.#forget()
    return budgetWaitMs(this.#connects, this.#clock.now())
  }

  /** A connect is about to be made; remembered before it is, so that a crash does not make it uncounted. */
  async take(): Promise<void> {
    this.#forget()
    this.#connects.push(this.#clock.now())
    await this.#save()
  }

  /** The last connect never reached X. */
  async giveBack(): Promise<void> {
    this.#connects.pop()
    await this.#save()
  }

  /** Connects in the future come from a clock that was wrong. */
  #forget(): void {
    const now = this.#clock.now()
    this.#connects = this.#connects.filter((at) => at > now - WINDOW_MS && at <= now)
  }

  /** A disk that takes nothing must not keep the stream from running. */
  async #save(): Promise<void> {
    crashPoint('connects-before-write')
    await writeState(this.#path, { connects: this.#connects }).catch((error: unknown) => {
      this.#log.warn({ file: this.#path, error: errorText(error) }, 'cannot remember the connects for the next start')
    })
    crashPoint('connects-after-write')
  }
}
