import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { join } from 'node:path'
import { execPath, pid } from 'node:process'
import { iniText } from '../../src/simulator/simulator.js'
import { hourFolder } from '../../src/spool/minute-name.js'
import { HOUR_MS, MINUTE_MS } from '../../src/utc.js'
import { HOUR } from '../support/deliveries.js'
import { copySpool } from '../support/made-hour.js'
import { measure, type Command, type Measure } from '../support/measure.js'
import { endedChildrenCpuMs } from '../support/process-tree.js'
import { unitEnvironment } from '../support/unit-environment.js'
import type { Servers } from './servers.js'

const PROGRAM = join(import.meta.dirname, '../../../dist/main.js')
const FILES = 60

/** From which spool to which folder, and where there is room for what else is needed. */
interface Journey {
  readonly servers: Servers
  readonly from: string
  readonly to: string
  readonly folder: string
}

type Way = (journey: Journey) => Promise<Command>

/** Ways to push an hour to another server. */
export const ways = { sync: collectorSync, rsync: rsync(), 'rsync --fsync': rsync('--fsync') } as const

export type WayName = keyof typeof ways

/** What a push took; the measure itself is of the client alone. */
export interface Pushed extends Measure {
  /** Of sshd and what it started. */
  readonly serverCpuMs: number
}

/**
 * Push a copy of `spool` once, within `folder`, which is emptied before.
 * @throws Error where not all of it arrives
 */
export async function push(name: WayName, spool: string, servers: Servers, folder: string): Promise<Pushed> {
  await rm(folder, { recursive: true, force: true })
  const journey = { servers, folder, from: join(folder, 'spool'), to: join(folder, 'incoming') }
  await mkdir(journey.to, { recursive: true })
  await copySpool(spool, journey.from)
  const command = await ways[name](journey)
  const before = endedChildrenCpuMs(pid)
  const took = await measure(command)
  await sessionsEnded(servers)
  const arrived = await readdir(join(journey.to, hourFolder(HOUR)))
  const files = arrived.filter((file) => file.endsWith('.jsonl')).length
  if (files !== FILES) throw new Error(`${name} brought ${files} of ${FILES} files`)
  return { ...took, serverCpuMs: endedChildrenCpuMs(pid) - before - took.cpuMs }
}

async function sessionsEnded({ sftp, shell }: Servers): Promise<void> {
  for (const session of [...sftp.sessions, ...shell.sessions]) await once(session, 'exit')
}

async function collectorSync({ servers, folder, from, to }: Journey): Promise<Command> {
  const settings = join(folder, 'settings.ini')
  const { port, fingerprint } = servers.sftp
  await mkdir(join(folder, 'state'))
  await writeFile(
    settings,
    iniText({
      server: { number: '2', state_folder: join(folder, 'state') },
      spool: { folder: from },
      sync: {
        ...{ host: '127.0.0.1', port: String(port), user: servers.user, private_key_file: servers.keyFile },
        ...{ host_key: fingerprint, remote_folder: to },
      },
    }),
  )
  return {
    program: execPath,
    arguments: [PROGRAM, 'sync', '--settings', settings, '--log', 'json'],
    // Eight minutes past the hour's end, when the timer starts it.
    env: {
      ...unitEnvironment('collector-sync.service'),
      COLLECTOR_CLOCK: `${Date.now()}/${HOUR + HOUR_MS + 8 * MINUTE_MS}/1`,
    },
  }
}

/** As the model does it; the sshd that it speaks to is known by nothing but its port. */
function rsync(...flags: string[]): Way {
  return ({ servers, from, to }) => {
    const known =
      '-F none -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR'
    const ssh = `ssh ${known} -p ${servers.shell.port} -i ${servers.keyFile}`
    const target = `${servers.user}@127.0.0.1:${to}/`
    const all = ['-a', '--remove-source-files', ...flags, '-e', ssh, `${from}/`, target]
    return Promise.resolve({ program: 'rsync', arguments: all })
  }
}
