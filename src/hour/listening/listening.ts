import type { GAP_REASONS } from '../../vault/listening.js'
import type { JournalEvent } from '../../spool/journal.js'
import { DAY_MS, dayOf, MINUTE_MS } from '../../utc.js'
import { without, type Span } from './span.js'

export interface Gap extends Span {
  readonly reason: (typeof GAP_REASONS)[number]
  /** What the journal says of it. */
  readonly detail?: string
}

/** When a server heard the stream, by its journal. Nothing is known of a time that is in neither list. */
export interface Listening {
  /** Also what came by backfill. */
  readonly heard: readonly Span[]
  /** Also while the stream was silent. */
  readonly connected: readonly Span[]
  /** May overlap each other, and what was heard by backfill. */
  readonly gaps: readonly Gap[]
  /** What holds from the journal's end on, until a later event tells more; `undefined` where it never told anything. */
  readonly end: Omit<Gap, 'toMs'> | undefined
  /** The last sign of the collector. */
  readonly lastMs: number
}

/** X sends 99 % of tweets within 6 to 7 s of their making (docs.x.com): as much may have been under way. */
const UNDER_WAY_MS = 7000

/**
 * What a journal tells of a server's listening, event by event in its order. Events after `nowMs` are of a clock that is wrong, and
 * not believed. `aliveMs` is when another sign, the heartbeat, last said that it is connected.
 */
export function listeningOf(
  events: Iterable<JournalEvent>,
  { nowMs, aliveMs }: { nowMs: number; aliveMs?: number | undefined },
): Listening {
  const listener = new Listener()
  for (const event of events) if (Date.parse(event.at) <= nowMs) listener.take(event)
  return listener.end(aliveMs !== undefined && aliveMs <= nowMs ? aliveMs : undefined)
}

/** A connection since `atMs`, which brings what was made from `fromMs` on. */
interface Connected {
  readonly kind: 'connected'
  readonly fromMs: number
  readonly atMs: number
  readonly silences: Gap[]
}

/** No stream since `fromMs`. `stopped`: the connection that ended with the collector, at `atMs`. */
interface Away extends Omit<Gap, 'toMs'> {
  readonly kind: 'away'
  readonly stopped?: { readonly connection: Connected; readonly atMs: number }
}

class Listener {
  readonly #heard: Span[] = []
  readonly #connected: Span[] = []
  readonly #gaps: Gap[] = []
  #phase: Connected | Away | undefined
  /** The last time at which the collector is known to have run. */
  #signMs = -Infinity

  take(event: JournalEvent): void {
    const atMs = Date.parse(event.at)
    if (this.#phase?.kind === 'connected' && dayOf(atMs) > dayOf(this.#signMs) + DAY_MS) this.#forget()
    this.#follow(event, atMs)
    if (isSign(event)) this.#signMs = Math.max(this.#signMs, atMs)
  }

  end(aliveMs: number | undefined): Listening {
    const phase = this.#phase
    const lists = { heard: this.#heard, connected: this.#connected, gaps: this.#gaps, lastMs: this.#signMs }
    if (phase?.kind !== 'connected') return { ...lists, end: phase && gapSince(phase) }
    const lastMs = Math.max(this.#signMs, aliveMs ?? -Infinity)
    this.#close(phase, lastMs, lastMs)
    return { ...lists, lastMs, end: { fromMs: lastMs, reason: 'not running' } }
  }

  #follow(event: JournalEvent, atMs: number): void {
    const covered = 'covered_until' in event ? coveredMs(event.covered_until, atMs) : undefined
    switch (event.event) {
      case 'started':
        this.#start(covered, atMs)
        break
      case 'stopped':
        this.#stop(atMs)
        break
      case 'connected':
        this.#connect(atMs, atMs - event.backfill_minutes * MINUTE_MS)
        break
      case 'resumed':
        if (this.#phase?.kind === 'away' && this.#phase.reason === 'disk full') this.#connect(atMs, atMs)
        break
      case 'paused':
        this.#lose({ reason: 'disk full' }, covered, atMs)
        break
      case 'disconnected':
        this.#disconnect(event.reason, covered, atMs)
        break
      case 'silence':
        this.#fallSilent(Date.parse(event.since), atMs)
        break
    }
  }

  #connect(atMs: number, fromMs: number): void {
    // A journal without the end of the connection before: it was lost some time after the last sign.
    if (this.#phase?.kind === 'connected') this.#lose({ reason: 'disconnected' }, this.#signMs, atMs)
    this.#closeGap(atMs)
    this.#phase = { kind: 'connected', fromMs, atMs, silences: [] }
  }

  #lose(why: Pick<Gap, 'reason' | 'detail'>, covered: number | undefined, atMs: number): void {
    const phase = this.#phase
    if (phase?.kind === 'away') return
    const fromMs = phase ? this.#close(phase, covered ?? atMs - UNDER_WAY_MS, atMs) : atMs
    this.#phase = { kind: 'away', fromMs, ...why }
  }

  #disconnect(detail: string, covered: number | undefined, atMs: number): void {
    const why = { reason: 'disconnected', detail } as const
    // Written only now, for the disk was full: there is no connection left to read on from.
    if (this.#phase?.kind === 'away' && this.#phase.reason === 'disk full') this.#phase = { ...this.#phase, ...why }
    else this.#lose(why, covered, atMs)
  }

  #stop(atMs: number): void {
    const phase = this.#phase
    this.#lose({ reason: 'stopped' }, undefined, atMs)
    if (phase?.kind === 'connected' && this.#phase?.kind === 'away')
      this.#phase = { ...this.#phase, stopped: { connection: phase, atMs } }
    if (phase?.kind !== 'away') return
    this.#closeGap(atMs)
    this.#phase = { kind: 'away', fromMs: atMs, reason: 'stopped' }
  }

  #start(covered: number | undefined, atMs: number): void {
    const phase = this.#phase
    if (!phase) {
      const first = { kind: 'away', fromMs: -Infinity, reason: 'before the first start' } as const
      this.#phase = covered === undefined ? first : { kind: 'away', fromMs: covered, reason: 'not running' }
    } else if (phase.kind === 'connected') this.#lose({ reason: 'not running' }, covered ?? this.#signMs, atMs)
    else if (covered !== undefined && covered > this.#signMs + MINUTE_MS) {
      // It ran meanwhile, and that journal is not here.
      this.#closeGap(this.#signMs)
      this.#phase = { kind: 'away', fromMs: covered, reason: 'not running' }
    } else if (phase.stopped) {
      // How far the stream had come when it stopped is known only now.
      const fromMs =
        covered === undefined ? phase.fromMs : this.#close(phase.stopped.connection, covered, phase.stopped.atMs)
      this.#phase = { ...phase, fromMs: Math.max(fromMs, phase.fromMs) }
    } else if (phase.reason !== 'stopped' && phase.reason !== 'before the first start') {
      this.#closeGap(this.#signMs)
      this.#phase = { kind: 'away', fromMs: Math.max(this.#signMs, phase.fromMs), reason: 'not running' }
    }
  }

  #fallSilent(sinceMs: number, atMs: number): void {
    if (this.#phase?.kind !== 'connected') return
    const silence: Gap = { fromMs: sinceMs, toMs: atMs, reason: 'silent stream' }
    this.#gaps.push(silence)
    this.#phase.silences.push(silence)
  }

  /** A whole day is missing from the journal of a collector that was connected: nothing is known from its last sign on. */
  #forget(): void {
    if (this.#phase?.kind === 'connected') this.#close(this.#phase, this.#signMs, this.#signMs)
    this.#phase = undefined
  }

  /** A connection ended at `atMs`, and the stream has come up to `coveredMs`. Returns from when on it is missing. */
  #close({ fromMs, atMs: sinceMs, silences }: Connected, coveredMs: number, atMs: number): number {
    const toMs = Math.max(Math.min(coveredMs, atMs), fromMs)
    this.#heard.push(...without([{ fromMs, toMs }], silences))
    this.#connected.push({ fromMs: Math.min(fromMs, sinceMs), toMs: atMs })
    return toMs
  }

  #closeGap(toMs: number): void {
    if (this.#phase?.kind !== 'away') return
    if (this.#phase.fromMs < toMs) this.#gaps.push({ ...gapSince(this.#phase), toMs })
  }
}

const gapSince = ({ fromMs, reason, detail }: Away): Omit<Gap, 'toMs'> => ({
  fromMs,
  reason,
  ...(detail !== undefined && { detail }),
})

/** Whether the collector itself wrote an event. Files of a dead one are sealed, and their lines rejected, by whoever adopts them. */
export const isSign = (event: JournalEvent): boolean =>
  event.event !== 'rejected' && !(event.event === 'sealed' && event.adopted === true)

/** What lies in the future of the clock that wrote it is not known. */
function coveredMs(text: string | undefined, atMs: number): number | undefined {
  const ms = text === undefined ? NaN : Date.parse(text)
  return ms <= atMs ? ms : undefined
}
