import { crashPoints } from '../../src/durable/crash-point.js'
import { connectFaultKinds, contentFaultKinds, streamFaultKinds } from '../../src/simulator/x/faults.js'
import type { Evidence } from './run.js'

/** What has happened over many runs: a fault that never fired has tested nothing. */
export class Tally {
  failed = 0
  readonly #failedSeeds: number[] = []
  #runs = 0
  #tweets = 0
  #connects = 0
  #virtualMs = 0
  readonly #fired = new Map<string, number>()
  readonly #unfired = new Map<string, number>()

  add(evidence: Evidence, complaints: readonly string[]): void {
    const { plan, lives, fired, pending, sent } = evidence
    this.#runs += 1
    if (complaints.length > 0) {
      this.failed += 1
      this.#failedSeeds.push(plan.seed)
    }
    this.#connects += sent.connects.length
    this.#tweets += sent.connects.reduce((sum, { tweets }) => sum + tweets.length, 0)
    this.#virtualMs += (lives.at(-1)?.until ?? 0) - plan.startMs
    for (const { kind } of fired) count(this.#fired, kind)
    for (const { kind } of pending) count(this.#unfired, kind)
    for (const { plan: life, ended, frozen, diskFailures } of lives) {
      for (const { what } of diskFailures) count(this.#fired, what)
      const point = life.crashAt?.replace(/:\d+$/, '')
      if (point) count(ended === 'crash point' ? this.#fired : this.#unfired, point)
      else count(this.#fired, ended === 'killed' ? life.ending : ended)
      if (frozen) count(this.#fired, 'frozen for a while')
    }
  }

  /** How often it has happened. */
  fired(what: string): number {
    return this.#fired.get(what) ?? 0
  }

  /** How often a crash point was come to. */
  get crashes(): number {
    return crashPoints.reduce((sum, point) => sum + this.fired(point), 0)
  }

  lastLine({ lives, sent, fired, pending }: Evidence): string {
    const tweets = sent.connects.reduce((sum, { tweets: { length } }) => sum + length, 0)
    return `${lives.map(({ plan, ended }) => plan.crashAt ?? ended).join(', ')}; ${tweets} tweets on ${sent.connects.length} connections; ${fired.length} faults, ${pending.length} not fired`
  }

  text(seconds: number): string {
    const line = (what: string) =>
      `  ${what.padEnd(34)}${String(this.#fired.get(what) ?? 0).padStart(7)}${this.#unfired.has(what) ? `   (planned and not fired: ${this.#unfired.get(what) ?? 0})` : ''}\n`
    const known = [...streamFaultKinds, ...contentFaultKinds, ...connectFaultKinds, ...crashPoints]
    const others = [...this.#fired.keys()].filter((what) => !(known as string[]).includes(what)).sort()
    return [
      `\n${this.#runs} runs, ${Math.round(this.#virtualMs / 3_600_000)} hours of the clock, ${this.#tweets} tweets on ${this.#connects} connections, in ${Math.round(seconds)} s\n`,
      '\nfaults of the network and of X\n',
      ...[...streamFaultKinds, ...contentFaultKinds, ...connectFaultKinds].map(line),
      '\ncrash points\n',
      ...crashPoints.map(line),
      '\nendings, faults of the disk, and the rest\n',
      ...others.map(line),
      this.failed === 0
        ? '\nnothing lost, nothing damaged: every run was as promised\n'
        : `\n${this.failed} runs FAILED, with the seeds ${this.#failedSeeds.join(', ')}\n`,
    ].join('')
  }
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1)
}
