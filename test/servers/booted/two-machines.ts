import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { run, succeed } from './command.js'
import { debianTree, MACHINES } from './debian.js'
import { Machine, type Init } from './machine.js'
import { Network } from './network.js'
import { Simulators } from './simulators.js'
import { repository, shares, standIns } from './source.js'

/** A server: its machine, and what stands in for the outside in its network. */
export interface Server {
  readonly number: 1 | 2
  readonly machine: Machine
  readonly simulators: Simulators
}

export type Servers = readonly [Server, Server]

export interface TwoMachines extends AsyncDisposable {
  readonly servers: Servers
  readonly network: Network
  /** What they clone the program from. */
  readonly repository: string
  /** Start the clock that services, cron's jobs and simulators share, at this time. */
  startClock(start: string): Promise<void>
  /** Now, by that clock. */
  now(): number
}

const CERTIFICATE = '/etc/ssl/smtp.pem'

/** How much faster than the wall's the clock is at most, and at least. */
const SPEED = { most: 60, least: 15 }
/** Where both programs take longer than this to start at once, the clock runs slower. */
const USUAL_START_MS = 2500

/**
 * Two machines that run, on which nothing is installed. Each sees X, OSF and a mail server on its own loopback, by
 * variables that its services and cron's jobs get, and a disk of 400 MB of its own at /mnt/disk.
 */
export async function twoMachines(init: Init): Promise<TwoMachines> {
  await using stack = new AsyncDisposableStack()
  await mkdir(MACHINES, { recursive: true })
  const folder = await mkdtemp(`${MACHINES}/`)
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const source = await repository(join(folder, 'source'))
  const network = stack.use(await Network.create(`ct${process.pid}`))
  const surroundings = { folder, source, network, stack, tree: debianTree() }
  const servers: Servers = await Promise.all([newServer(1, init, surroundings), newServer(2, init, surroundings)])
  let clock = { realStartMs: NaN, startMs: NaN, speed: NaN }
  const kept = stack.move()
  return {
    servers,
    network,
    repository: source,
    startClock: async (start) => {
      const speed = await fittingSpeed(servers)
      clock = { realStartMs: Date.now(), startMs: Date.parse(start), speed }
      const text = `${clock.realStartMs}/${clock.startMs}/${speed}`
      await Promise.all(servers.map((server) => startClock(server, text)))
    },
    now: () => clock.startMs + (Date.now() - clock.realStartMs) * clock.speed,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** A clock that a slow machine can keep up with. */
async function fittingSpeed(servers: Servers): Promise<number> {
  const since = performance.now()
  const starts = servers.map(({ machine }) => machine.run('collector', ['--version']))
  for (const { code, stderr } of await Promise.all(starts))
    if (code !== 0) throw new Error(`the installed program does not start: ${stderr}`)
  const fitting = Math.ceil((SPEED.most * USUAL_START_MS) / (performance.now() - since))
  return Math.max(SPEED.least, Math.min(SPEED.most, fitting))
}

interface Surroundings {
  readonly folder: string
  readonly source: string
  readonly network: Network
  /** See debian.ts. */
  readonly tree: string
  readonly stack: AsyncDisposableStack
}

async function newServer(
  number: 1 | 2,
  init: Init,
  { folder, source, network, tree, stack }: Surroundings,
): Promise<Server> {
  const own = join(folder, `server-${number}`)
  const namespace = network.names[number - 1] ?? ''
  const simulators = stack.use(new Simulators(namespace, join(own, 'simulators')))
  const disk = await smallDisk(join(own, 'disk'), stack)
  const machine = stack.use(
    await Machine.create({
      ...{
        name: `server-${number}-${process.pid}`,
        init,
        tree,
        folder: join(own, 'machine'),
        network: namespace,
      },
      shares: { ...shares(source), [disk]: '/mnt/disk' },
    }),
  )
  await standIns(machine)
  await machine.write('/etc/hosts', '127.0.0.1 localhost\n10.77.0.1 server-1.example\n')
  await machine.boot({ whole: true })
  return { number, machine, simulators }
}

async function startClock({ machine, simulators }: Server, clock: string): Promise<void> {
  await simulators.start(clock)
  await machine.write(CERTIFICATE, await simulators.certificate())
  const variables = { COLLECTOR_CLOCK: clock, ...simulators.environment(CERTIFICATE) }
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
  // For the services of systemd, and for cron's jobs.
  await machine.write('/etc/systemd/system.conf.d/test.conf', `[Manager]\nDefaultEnvironment=${lines.join(' ')}\n`)
  await machine.write('/etc/environment', `${lines.join('\n')}\n`)
  await machine.run('systemctl', ['daemon-reexec'])
}

async function smallDisk(path: string, stack: AsyncDisposableStack): Promise<string> {
  await mkdir(path, { recursive: true })
  await succeed('mount', ['-t', 'tmpfs', '-o', 'size=400M,mode=755', 'tmpfs', path])
  stack.defer(async () => {
    await run('umount', [path])
  })
  return path
}
