import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fastClock, type Clock } from '../clock.js'
import { readHeartbeat } from '../health/heartbeat.js'
import { ExitCode } from '../operator-error.js'
import type { Fault } from '../simulator/fault-plan.js'
import type { ServersLines } from '../simulator/simulator.js'
import { writeWholeFile } from '../durable/whole-file.js'
import { Child } from './child.js'
import { placesIn, type Places } from './places.js'
import { writeSettings } from './settings-file.js'

export interface StageOptions {
  readonly root: string
  readonly self: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** When it is at the beginning, by the demo's clock; ms since 1970. */
  readonly startMs: number
  readonly speed: number
  readonly seed: number
  readonly rate: number
  readonly faults: readonly Fault[]
  readonly realClock: Clock
}

type ServerNumber = 1 | 2

/** The simulated services and both servers, as processes of their own on one fast clock. Disposing ends them all. */
export class Stage implements AsyncDisposable {
  readonly places: Places
  readonly clock: Clock
  readonly speed: number
  readonly #options: StageOptions
  readonly #env: NodeJS.ProcessEnv
  readonly #running = new AsyncDisposableStack()
  readonly #collectors = new Map<ServerNumber, Child>()
  #services: ServersLines | undefined

  constructor(options: StageOptions) {
    const { root, env, startMs, speed, realClock } = options
    const realStartMs = realClock.now()
    this.#options = options
    this.speed = speed
    this.places = placesIn(root)
    this.clock = fastClock({ realStartMs, startMs, speed })
    this.#env = { PATH: env['PATH'], COLLECTOR_CLOCK: `${realStartMs}/${startMs}/${speed}` }
  }

  /** Start the simulator, and write the settings that reach it. */
  async build(): Promise<void> {
    const { root, simulator, logs, incoming, server } = this.places
    for (const folder of [root, simulator, logs, incoming, server[1].folder, server[2].folder])
      await mkdir(folder, { recursive: true, mode: 0o750 })
    const { seed, rate, faults } = this.#options
    const faultFile = join(simulator, 'faults.json')
    await writeWholeFile(faultFile, JSON.stringify(faults))
    const flags = ['--seed', String(seed), '--rate', String(rate), '--faults', faultFile]
    const child = this.#child('simulator', [
      'simulate',
      '--json',
      '--folder',
      simulator,
      '--sftp-root',
      incoming,
      ...flags,
    ])
    this.#services = JSON.parse(await child.firstLine()) as ServersLines
    await writeSettings(this.places, this.#services)
  }

  startCollector(server: ServerNumber): void {
    this.#collectors.set(server, this.#verb(server, ['collect']))
  }

  /** Resolves with the exit code, -1 where it was killed. */
  async stopCollector(server: ServerNumber, signal: 'SIGTERM' | 'SIGKILL'): Promise<number> {
    const code = await this.#collectors.get(server)?.kill(signal)
    return code ?? -1
  }

  /** Run an hourly verb to its end. @throws OperatorError where its exit code is no success, in part or whole */
  async run(server: ServerNumber, ...words: readonly string[]): Promise<string> {
    const { stdout } = await this.#verb(server, words).end([ExitCode.done, ExitCode.partial])
    return stdout.trim()
  }

  /**
   * Run server 2's sync as its unit does, which tries again for a while. Answers what it printed, `undefined` where server 1
   * was out of reach all the while.
   * @throws OperatorError where it fails for another reason
   */
  async sync(): Promise<string | undefined> {
    const codes = [ExitCode.done, ExitCode.partial, ExitCode.temporary]
    const { code, stdout } = await this.#verb(2, ['sync', '--retry', '20m']).end(codes)
    return code === ExitCode.temporary ? undefined : stdout.trim()
  }

  /** Ask the simulated X API or OSF about itself. */
  async ask(service: 'x' | 'osf', question: string): Promise<string> {
    const answer = await fetch(`${this.#services?.[1][service]?.['base_url'] ?? ''}/_simulator/${question}`)
    return answer.text()
  }

  /** Tweets that a server's collector has filed since it was started. */
  async filed(server: ServerNumber): Promise<number> {
    const heartbeat = await readHeartbeat(this.places.server[server].spool)
    return heartbeat?.totals.tweets ?? 0
  }

  /** Whether a server's collector receives the stream. */
  async isConnected(server: ServerNumber): Promise<boolean> {
    const heartbeat = await readHeartbeat(this.places.server[server].spool)
    return heartbeat?.connection === 'connected'
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#running.disposeAsync()
  }

  #verb(server: ServerNumber, words: readonly string[]): Child {
    return this.#child(`server-${server}-${words[0] ?? ''}`, [
      ...words,
      '--settings',
      this.places.server[server].settings,
    ])
  }

  #child(log: string, words: readonly string[]): Child {
    const logFile = join(this.places.logs, `${log}.log`)
    return this.#running.use(new Child({ self: this.#options.self, arguments: words, env: this.#env, logFile }))
  }
}
