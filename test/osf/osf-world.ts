import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fastClock, type Clock } from '../../src/clock.js'
import type { FileToPublish, PublishContext } from '../../src/osf/publish.js'
import { FaultPlan, type Fault } from '../../src/simulator/fault-plan.js'
import { startOsf, type OsfOptions } from '../../src/simulator/osf/osf.js'
import { PATIENCE_MS } from '../support/patience.js'
import { recordingLog } from '../support/recording-log.js'
import { temporaryFolder } from '../support/temporary-folder.js'

export const TOKEN = 'a-personal-access-token-worth-a-whole-account'

export const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex')

/** The same for all timers of sockets, or by what is asked for; real ms. */
type SocketMs = number | ((ms: number) => number)

/** A clock whose hours pass in a blink; sockets get `socketMs` real ms. */
function hastyClock(socketMs: SocketMs = PATIENCE_MS): Clock {
  const clock = fastClock({ realStartMs: Date.now(), startMs: Date.parse('2026-11-21T14:20:00Z'), speed: 100_000 })
  return { ...clock, socketMs: (ms) => (typeof socketMs === 'number' ? socketMs : socketMs(ms)) }
}

/** A simulated OSF, a vault with a file or two, and what `publish` needs to bring the one to the other. */
export async function osfWorld(
  faults: readonly Omit<Fault, 'service'>[] = [],
  { socketMs, ...options }: Partial<OsfOptions> & { socketMs?: SocketMs } = {},
) {
  const clock = options.clock ?? hastyClock(socketMs)
  const folder = await temporaryFolder()
  const plan = new FaultPlan(
    faults.map((fault) => ({ service: 'osf', ...fault })),
    clock,
  )
  const osfLog = recordingLog()
  const osf = await startOsf({
    folder: join(folder.path, 'osf'),
    token: TOKEN,
    project: 'abcde',
    clock,
    log: osfLog,
    faults: plan,
    ...options,
  })
  const log = recordingLog()
  const context: PublishContext = {
    settings: {
      tokenFile: undefined,
      project: 'abcde',
      storage: 'osfstorage',
      baseUrl: osf.url,
      basis: 'a test',
      license: undefined,
      creators: [],
      contact: undefined,
      citation: undefined,
      funding: undefined,
      programUrl: undefined,
      title: 'A test',
    },
    token: TOKEN,
    stateFolder: join(folder.path, 'state'),
    clock,
    log,
    random: () => 0.5,
    signal: new AbortController().signal,
  }
  return {
    osf,
    plan,
    log,
    context,
    folder: folder.path,
    /** Write a file into the vault. */
    async file(remote: string, content: string): Promise<FileToPublish> {
      const local = join(folder.path, 'vault', remote)
      await mkdir(dirname(local), { recursive: true })
      await writeFile(local, content)
      return { local, remote }
    },
    /** `METHOD path-meant status` of every request, in order. */
    requests: () =>
      osfLog.events
        .filter(({ msg }) => msg === 'osf request')
        .map(({ request, status }) => {
          const [method = '', url = '', meant = url] = (request as string).split(' ')
          return `${method} ${meant} ${String(status)}`
        }),
    [Symbol.asyncDispose]: async () => {
      await osf[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

export type OsfWorld = Awaited<ReturnType<typeof osfWorld>>

/** `path version content-hash` of all that OSF has. */
export const stored = ({ osf }: OsfWorld): string[] =>
  osf.files().map(({ path, version, sha256 }) => `${path} v${version} ${sha256.slice(0, 8)}`)
