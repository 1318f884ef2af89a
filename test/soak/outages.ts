import type { Fault } from '../../src/simulator/fault-plan.js'
import { DAY_MS, MINUTE_MS } from '../../src/utc.js'
import type { Chance } from './chance.js'

/** What can be out of order: a collector, a whole server, the line between the servers, OSF, the mail server. */
export const victims = ['collector-1', 'collector-2', 'server-1', 'server-2', 'network', 'osf', 'mail'] as const

export type Victim = (typeof victims)[number]

export interface Outage {
  readonly victim: Victim
  /** ms since 1970. */
  readonly from: number
  readonly to: number
  /** The end of a collector comes as by kill -9. */
  readonly hard: boolean
}

const LONGEST_MINUTES = 20 * 60

/** Outages of all lengths at random moments between two, in the order of their beginnings. */
export function drawOutages(chance: Chance, from: number, to: number): Outage[] {
  const many = Math.round(chance.whole(6, 14) * ((to - from) / (2 * DAY_MS)))
  return Array.from({ length: many }, () => {
    const start = chance.whole(from, to)
    const end = start + chance.wholeOfAnySize(2, LONGEST_MINUTES) * MINUTE_MS
    return { victim: chance.of(victims), from: start, to: Math.min(end, to), hard: chance.happens(0.7) }
  }).sort((a, b) => a.from - b.from)
}

type Draw = (chance: Chance) => Omit<Fault, 'at'>

const sftp =
  (kind: string, rest: Partial<Fault> = {}): Draw =>
  () => ({ service: 'sftp', kind, ...rest })
const osf =
  (kind: string, rest: Partial<Fault> = {}): Draw =>
  () => ({ service: 'osf', kind, ...rest })
const smtp =
  (kind: string): Draw =>
  () => ({ service: 'smtp', kind })

const faultDraws: readonly Draw[] = [
  (chance) => ({ service: 'sftp', kind: 'cut', value: chance.whole(0, 20_000) }),
  (chance) => ({ service: 'sftp', kind: 'cut', only: 'batch.json', value: chance.whole(0, 200) }),
  sftp('stall'),
  sftp('disk-full'),
  sftp('rename-refused'),
  sftp('refuse-login'),
  sftp('little-space', { value: 1000 }),
  (chance) => ({ service: 'osf', kind: 'status', value: chance.of([401, 403, 404, 429, 500, 502, 503, 504, 507]) }),
  (chance) => ({ service: 'osf', kind: 'reset', value: chance.whole(0, 200) }),
  osf('stored-without-answer'),
  osf('wrong-hash'),
  osf('folder-made-in-between'),
  smtp('unavailable'),
  smtp('reject'),
  smtp('drop'),
]

/** Faults of the services, each at the first chance from a random moment on. */
export function drawFaults(chance: Chance, from: number, to: number): Fault[] {
  const many = Math.round(chance.whole(6, 16) * ((to - from) / (2 * DAY_MS)))
  return Array.from({ length: many }, () => ({
    ...chance.of(faultDraws)(chance),
    at: new Date(chance.whole(from, to)).toISOString(),
  }))
}
