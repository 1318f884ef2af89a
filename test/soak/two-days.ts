import { waitingMails } from '../../src/health/mail/outbox.js'
import { SECOND_MS, DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/utc.js'
import { TwoServers, type ServerNumber } from '../support/two-servers.js'
import { Chance } from './chance.js'
import { drawFaults, drawOutages, type Outage, type Victim } from './outages.js'
import { findings } from './findings.js'

const START = '2026-11-21T00:00:00Z'
const LENGTH_MS = 2 * DAY_MS
/** Afterwards nothing is out of order, so that everything catches up. */
const CALM_MS = 5 * HOUR_MS
const LEAST_EXTRA_HOURS = 3
const MOST_EXTRA_HOURS = 12
/** X sends for so long, every so often. */
const SECONDS_DELIVERED = 3
const EVERY_MINUTES = 15
const EVERY_MS = EVERY_MINUTES * MINUTE_MS

export interface SoakResult {
  readonly seed: number
  readonly outages: readonly Outage[]
  readonly faultsFired: Readonly<Record<string, number>>
  readonly tweets: number
  /** Archived revisions beyond the first of an hour. */
  readonly revisions: number
  /** What is wrong, a line each; none in a sound run. */
  readonly findings: readonly string[]
}

/** Two virtual days of both servers in one process, with outages and faults drawn from the seed. `root` is an empty folder. */
export async function soakTwoDays(root: string, seed: number): Promise<SoakResult> {
  const chance = new Chance(seed)
  const start = Date.parse(START)
  const end = start + LENGTH_MS
  const outages = drawOutages(chance, start, end)
  const faults = drawFaults(chance, start, end)
  const keepMs = chance.of([0, 6 * HOUR_MS, DAY_MS])
  await using world = await TwoServers.create({ root, start: START, seed, keepMs, faults, publishes: true })
  const soak = new Soak(world, chance, outages)
  await soak.live(start, end)
  await soak.live(end, end + CALM_MS)
  await soak.settle()
  return {
    seed,
    outages,
    faultsFired: countedKinds(world),
    tweets: world.delivered.size,
    revisions: soak.revisions,
    findings: [...soak.complaints, ...(await findings(world, { start, keepMs }))],
  }
}

class Soak {
  readonly complaints: string[] = []
  revisions = 0
  readonly #world: TwoServers
  readonly #chance: Chance
  readonly #outages: readonly Outage[]

  constructor(world: TwoServers, chance: Chance, outages: readonly Outage[]) {
    this.#world = world
    this.#chance = chance
    this.#outages = outages
  }

  /** Everything that the two servers do by the clock, minute by minute. */
  async live(from: number, to: number): Promise<void> {
    const { clock } = this.#world
    for (let minute = from; minute < to; minute += MINUTE_MS) {
      clock.advance(Math.max(0, minute - clock.now()))
      await this.#minute(minute)
    }
  }

  /** Hours in which nothing happens, until there is nothing left to do, nor a mail that waits for its next try. */
  async settle(): Promise<void> {
    for (let hour = 1; hour <= MOST_EXTRA_HOURS; hour += 1) {
      const from = Math.ceil(this.#world.clock.now() / HOUR_MS) * HOUR_MS
      const before = this.revisions
      await this.live(from, from + HOUR_MS)
      const mails = await waitingMails(this.#world.places.state1)
      if (hour >= LEAST_EXTRA_HOURS && this.revisions === before && mails.length === 0) return
    }
  }

  async #minute(minute: number): Promise<void> {
    const world = this.#world
    const ofHour = (minute % HOUR_MS) / MINUTE_MS
    await this.#strike(minute)
    if (ofHour % EVERY_MINUTES === 0) await this.#deliver(minute)
    await world.rounds()
    if (ofHour === 8 && !this.#isOut('server-2', minute)) await this.#sync()
    if (this.#isOut('server-1', minute)) return
    if (ofHour === 20) await this.#processHour()
    if (minute % DAY_MS === 6 * HOUR_MS + 10 * MINUTE_MS) await world.report()
  }

  /** Let begin and end what is to be out of order. */
  async #strike(minute: number): Promise<void> {
    const world = this.#world
    for (const server of [1, 2] as const) {
      const isOut = this.#isOut(`collector-${server}`, minute) || this.#isOut(`server-${server}`, minute)
      if (isOut && world.isCollecting(server))
        await world.endCollector(server, this.#isHard(server, minute) ? 'die' : 'stop')
      if (!isOut && !world.isCollecting(server)) await this.#start(server, minute)
    }
    const set = (what: 'network' | 'osf' | 'mail', isOut: boolean) =>
      isOut ? world.unreachable.add(what) : world.unreachable.delete(what)
    set('network', this.#isOut('network', minute) || this.#isOut('server-1', minute))
    set('osf', this.#isOut('osf', minute))
    set('mail', this.#isOut('mail', minute))
  }

  /** Most starts get by backfill what X sent last. */
  async #start(server: ServerNumber, minute: number): Promise<void> {
    await this.#world.startCollector(server)
    const lastDelivery = Math.floor((minute - 1) / EVERY_MS) * EVERY_MS
    if (this.#chance.happens(0.8)) await this.#world.deliver(lastDelivery / SECOND_MS, SECONDS_DELIVERED, [server])
  }

  /** Now and then one server gets again, or for the first time, what was sent long ago. */
  async #deliver(minute: number): Promise<void> {
    await this.#world.deliver(minute / SECOND_MS, SECONDS_DELIVERED)
    if (!this.#chance.happens(0.03)) return
    const ago = this.#chance.wholeOfAnySize(1, 20) * EVERY_MS
    await this.#world.deliver((minute - ago) / SECOND_MS, SECONDS_DELIVERED, [this.#chance.of([1, 2])])
  }

  async #sync(): Promise<void> {
    if (this.#chance.happens(0.05)) return
    await this.#world.sync()
  }

  async #processHour(): Promise<void> {
    if (this.#chance.happens(0.05)) return
    const { archived, failed } = await this.#world.processHour()
    this.revisions += archived.filter(({ revision }) => revision > 1).length
    this.complaints.push(...failed.map(({ hour, reason }) => `${hour} failed: ${reason}`))
  }

  #isOut = (victim: Victim, minute: number): boolean => this.#current(victim, minute) !== undefined

  #isHard = (server: ServerNumber, minute: number): boolean =>
    this.#current(`server-${server}`, minute)?.hard ?? this.#current(`collector-${server}`, minute)?.hard ?? false

  #current = (victim: Victim, minute: number): Outage | undefined =>
    this.#outages.find((outage) => outage.victim === victim && outage.from <= minute && minute < outage.to)
}

function countedKinds({ plan }: TwoServers): Record<string, number> {
  const kinds = Map.groupBy(plan.fired, ({ fault }) => `${fault.service} ${fault.kind}`)
  return Object.fromEntries([...kinds].map(([kind, fired]) => [kind, fired.length]))
}
