import type { Clock } from '../../clock.js'
import type { Fault, FaultPlan } from '../fault-plan.js'
import { neverOdd, type OddTimes, type Oddity } from '../tweets/oddities.js'
import type { Client } from './client.js'
import { contentFaultKinds } from './faults.js'

interface Spell {
  readonly kind: Oddity
  /** Tweets made from here up to, not including, there; ms since 1970. */
  readonly fromMs: number
  readonly untilMs: number
  readonly only: string | undefined
}

/**
 * The times whose tweets are odd, as the fault plan has it. A tweet is odd by the moment when it was made, so that every
 * client that a fault is for gets the same bytes, by backfill too.
 */
export class OddSpells {
  readonly #spells: Spell[] = []
  readonly #faults: FaultPlan
  readonly #clock: Clock

  constructor(faults: FaultPlan, clock: Clock) {
    this.#faults = faults
    this.#clock = clock
  }

  /** Begin what is due now that tweets are about to go to this client. */
  begin({ sent, token }: Pick<Client, 'sent' | 'token'>): void {
    const next = () => this.#faults.take('x', contentFaultKinds, { count: sent, who: token })
    for (let fault = next(); fault; fault = next()) this.#spells.push(this.#spellOf(fault))
  }

  /** The odd times for a client, as far as they have begun. */
  of(token: string): OddTimes {
    const spells = this.#spells.filter(({ only }) => only === undefined || token.includes(only))
    if (spells.length === 0) return neverOdd
    return {
      key: spells.map(({ kind, fromMs, untilMs }) => `${kind} ${fromMs} ${untilMs}`).join(),
      at: (ms) => new Set(spells.filter(({ fromMs, untilMs }) => fromMs <= ms && ms < untilMs).map(({ kind }) => kind)),
    }
  }

  #spellOf({ kind, after, at, only, value }: Fault): Spell {
    const now = this.#clock.now()
    const begun = at !== undefined && after === undefined ? Date.parse(at) : now
    const isFromTheStart = at === undefined && after === undefined
    return {
      kind: kind as Oddity,
      fromMs: isFromTheStart ? -Infinity : begun,
      untilMs: value === undefined ? Infinity : begun + value * 1000,
      only,
    }
  }
}
