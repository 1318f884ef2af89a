import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { succeed } from './command.js'
import { until } from './until.js'

const MAIN = join(import.meta.dirname, '../../../dist/main.js')
const PORTS = { x: 8101, osf: 8102, smtp: 8103 } as const
const RATE = 3

/** What the simulators hand out, see src/simulator/credentials.ts. */
export const SECRETS = {
  'x-bearer-token': (server: 1 | 2) => `simulated-x-token-${server}`,
  'osf-token': () => 'simulated-osf-token',
  // Nobody asks for it: the settings of the pages name no user.
  'mail-password': () => 'simulated-mail-password',
}

/** A connection that X has, or had: from when to when, with what answer and which query. */
interface Connection {
  readonly from: string
  readonly until?: string
  readonly status: number
  readonly query: string
}

/** Stand-ins for X, OSF and a mail server in a server's own network; they outlive its crashes. */
export class Simulators implements AsyncDisposable {
  readonly #network: string
  readonly #folder: string
  #process: ChildProcess | undefined

  /** `network`: the name of a network namespace. `folder`: where they keep what they get. */
  constructor(network: string, folder: string) {
    this.#network = network
    this.#folder = folder
  }

  /** Equal clocks give equal tweets: both servers hear the same stream. */
  async start(clock: string): Promise<void> {
    const ports = Object.entries(PORTS).flatMap(([name, port]) => [`--${name}-port`, String(port)])
    const which = [...Object.keys(PORTS), '--folder', this.#folder, '--seed', '11', '--rate', String(RATE), ...ports]
    // Whatever happens to the test, they end with it.
    const inNetwork = ['--pdeathsig', 'KILL', 'ip', 'netns', 'exec', this.#network]
    const child = spawn('setpriv', [...inNetwork, process.execPath, MAIN, 'simulate', ...which], {
      env: { PATH: process.env['PATH'], COLLECTOR_CLOCK: clock },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    this.#process = child
    await once(child.stdout, 'data')
  }

  /** What reaches them, as variables that stand in for settings. */
  environment(certificate: string): Record<string, string> {
    return {
      COLLECTOR_X_BASE_URL: `http://127.0.0.1:${PORTS.x}`,
      COLLECTOR_OSF_BASE_URL: `http://127.0.0.1:${PORTS.osf}`,
      COLLECTOR_MAIL_PORT: String(PORTS.smtp),
      COLLECTOR_MAIL_CA_FILE: certificate,
    }
  }

  certificate(): Promise<string> {
    const file = join(this.#folder, 'credentials', 'smtp-certificate.pem')
    return until('there is a certificate', () => readFile(file, 'utf8').catch(() => undefined))
  }

  /** The IDs of all tweets made in this time. */
  async truth(from: string, to: string): Promise<string[]> {
    return (await this.#ask(`truth?from=${from}&to=${to}`)).split('\n').filter(Boolean)
  }

  /** When X was connected with the server. */
  async connections(): Promise<Connection[]> {
    return JSON.parse(await this.#ask('connections')) as Connection[]
  }

  /** What the simulator of X tells of itself. */
  async #ask(question: string): Promise<string> {
    const url = `http://127.0.0.1:${PORTS.x}/_simulator/${question}`
    const script = `fetch(process.argv[1]).then((answer) => answer.text()).then((text) => process.stdout.write(text))`
    return succeed('ip', ['netns', 'exec', this.#network, process.execPath, '-e', script, url])
  }

  /** Subjects of the mails that came, oldest first. */
  async subjects(): Promise<string[]> {
    const folder = join(this.#folder, 'mail')
    // Beside them lies the mail server's certificate.
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.eml'))
    const mails = await Promise.all(names.sort().map((name) => readFile(join(folder, name), 'utf8')))
    return mails.map((mail) => /^Subject: (.*(?:\r?\n[ \t].*)*)/m.exec(mail)?.[1]?.replace(/\r?\n\s+/g, ' ') ?? '')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#process
    if (child?.exitCode !== null) return
    const ended = once(child, 'close')
    child.kill('SIGKILL')
    await ended
  }
}
