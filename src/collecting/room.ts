import type { Clock } from '../clock.js'
import { isFull } from '../durable/disk.js'
import type { Log } from '../log.js'
import { errorText } from '../operator-error.js'
import type { NewEvent } from '../spool/journal.js'
import type { Reserve } from '../spool/reserve.js'
import type { Spool } from '../spool/spool.js'
import { SECOND_MS } from '../utc.js'
import { covered, turned, type VitalSigns } from './vital-signs.js'

const LOOK_MS = SECOND_MS

interface RoomOptions {
  readonly spool: Pick<Spool, 'journal'>
  readonly reserve: Pick<Reserve, 'hasRoom' | 'make' | 'giveUp'>
  readonly vitals: VitalSigns
  readonly clock: Clock
  readonly log: Log
}

/**
 * Whether the disk takes more. When it is full the reserve is given up, for what is open to be sealed in; nothing is read
 * from the stream until there is room again, and X then sends as backfill what it can.
 */
export class Room {
  readonly #options: RoomOptions

  constructor(options: RoomOptions) {
    this.#options = options
  }

  /** A write has met a full disk: make what room there is. */
  async relieve(): Promise<void> {
    const { reserve, log } = this.#options
    if (await reserve.giveUp()) log.warn('the disk is full: the reserve is given up, to seal what is open')
  }

  /** Have the reserve, where the disk has room for it; whether it has is told. */
  async keepReserve(): Promise<void> {
    const { reserve, vitals } = this.#options
    vitals.lacksReserve = !(await reserve.make())
  }

  /** Lines are held that the disk has no room for: wait until it may have. False where `signal` aborts before. */
  async wait(signal: AbortSignal): Promise<boolean> {
    await this.relieve()
    if (this.#options.vitals.pausedSince === undefined) await this.#pause()
    const { reserve, vitals, clock } = this.#options
    do {
      turned(vitals, clock.now(), LOOK_MS)
      await clock.sleep(LOOK_MS, signal)
      if (signal.aborted) return false
    } while (!(await reserve.hasRoom()))
    return true
  }

  /** All lines that were held are filed. */
  async resume(): Promise<void> {
    const { vitals, clock, log } = this.#options
    if (vitals.pausedSince === undefined) return
    const paused_s = Math.max(Math.round((clock.now() - vitals.pausedSince) / SECOND_MS), 0)
    vitals.pausedSince = undefined
    await this.keepReserve()
    await this.#journal({ event: 'resumed' })
    log.warn({ paused_s }, 'there is room on the disk again: reading on')
  }

  async #pause(): Promise<void> {
    const { vitals, clock, log } = this.#options
    vitals.pausedSince = clock.now()
    log.error('the disk is full: nothing is read from the stream until there is room')
    await this.#journal({ event: 'paused', reason: 'the disk is full', ...covered(vitals.coveredUntil) })
  }

  async #journal(event: NewEvent): Promise<void> {
    await this.despiteFullDisk(() => this.#options.spool.journal(event))
  }

  /** Write a word into the journal that is not worth ending for where the disk has no room for it. */
  async despiteFullDisk(journal: () => Promise<void>): Promise<void> {
    await journal().catch((error: unknown) => {
      if (!isFull(error)) throw error
      this.#options.log.warn({ error: errorText(error) }, 'no room even in the journal')
    })
  }
}
