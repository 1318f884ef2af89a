import type { Clock } from '../clock.js'
import type { FaultKind } from './fault-kinds.js'
import type { ServiceName } from './service-names.js'

/** One fault that a simulated service is to have. */
export interface Fault {
  readonly service: ServiceName
  /** See `faultKinds`. */
  readonly kind: string
  /** Fires once the service has counted this many of its own events: tweets sent, requests, writes, mails. */
  readonly after?: number
  /** Fires at the first chance from this moment on; ISO 8601. */
  readonly at?: string
  /** Fires only for this client: a token, a user, a part of a path. */
  readonly only?: string
  /** How often it fires; 1 unless told. */
  readonly times?: number
  /** The kind's own number: seconds, bytes, a status. */
  readonly value?: number
}

export interface FiredFault {
  readonly fault: Fault
  /** ms since 1970, by the plan's clock. */
  readonly at: number
}

/** Which faults happen when; and which have happened, for a fault that never fired tests nothing. */
export class FaultPlan {
  readonly fired: FiredFault[] = []
  readonly #left: { fault: Fault; times: number }[]
  readonly #clock: Clock

  constructor(faults: readonly Fault[], clock: Clock) {
    this.#left = faults.map((fault) => ({ fault, times: fault.times ?? 1 }))
    this.#clock = clock
  }

  /** Faults that have not fired as often as they should. */
  get pending(): Fault[] {
    return this.#left.filter(({ times }) => times > 0).map(({ fault }) => fault)
  }

  /**
   * The next fault that is due for `service`, of one of `kinds`, when it has counted `count` events for the client
   * `who`; it counts as fired from then on. `undefined` where none is due.
   */
  take<Service extends ServiceName>(
    service: Service,
    kinds: readonly FaultKind<Service>[],
    { count = 0, who = '' } = {},
  ): Fault | undefined {
    const due = this.#left.find(
      ({ fault, times }) =>
        times > 0 &&
        fault.service === service &&
        (kinds as readonly string[]).includes(fault.kind) &&
        (fault.after === undefined || count >= fault.after) &&
        (fault.at === undefined || this.#clock.now() >= Date.parse(fault.at)) &&
        (fault.only === undefined || who.includes(fault.only)),
    )
    if (!due) return undefined
    due.times -= 1
    this.fired.push({ fault: due.fault, at: this.#clock.now() })
    return due.fault
  }
}
