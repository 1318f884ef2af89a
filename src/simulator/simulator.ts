import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import { credentialsIn, type Credentials } from './credentials.js'
import type { FaultPlan } from './fault-plan.js'
import { startOsf } from './osf/osf.js'
import type { ServiceName } from './service-names.js'
import { startSftp } from './sftp/sftp.js'
import { startSmtp } from './smtp/smtp.js'
import { startXApi } from './x/x-api.js'

export interface SimulatorOptions {
  /** Where the services keep what they get, and their credentials. */
  readonly folder: string
  readonly services: readonly ServiceName[]
  readonly ports: Partial<Record<ServiceName, number>>
  readonly seed: number
  /** Tweets a second of the clock. */
  readonly rate: number
  /** Payloads to stream instead of seeded tweets. */
  readonly replay: readonly string[] | undefined
  readonly faults: FaultPlan
  /** What SFTP's client sees as `/`; `FOLDER/sftp` unless told. */
  readonly sftpRoot: string | undefined
  readonly clock: Clock
  readonly log: Log
}

/** The services that run, as the lines of a settings file that reach them: section, then keys. */
export type SettingLines = Record<string, Record<string, string>>

/** The lines for each of the two servers. */
export type ServersLines = Record<1 | 2, SettingLines>

export interface Simulator extends AsyncDisposable {
  readonly settings: ServersLines
}

export const SFTP_USER = 'collector'
export const OSF_PROJECT = 'abcde'

/** Start stand-ins for the services on 127.0.0.1. Disposing stops them; what they got stays in the folder. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const credentials = await credentialsIn(join(options.folder, 'credentials'))
  const running = new AsyncDisposableStack()
  const settings: ServersLines = { 1: {}, 2: {} }
  try {
    for (const service of options.services) {
      const lines = await start[service](options, credentials, running)
      for (const server of [1, 2] as const) Object.assign(settings[server], lines[server])
    }
  } catch (error) {
    await running.disposeAsync()
    throw error
  }
  return { settings, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

type Start = (
  options: SimulatorOptions,
  keys: Credentials,
  running: AsyncDisposableStack,
) => Promise<Partial<ServersLines>>

const start: Record<ServiceName, Start> = {
  x: async ({ clock, log, seed, rate, replay, faults, ports }, { xTokens, xTokenFiles }, running) => {
    const port = ports.x ?? 0
    const x = running.use(
      await startXApi({ clock, log, seed, rate, faults, port, tokens: [...xTokens], ...(replay && { replay }) }),
    )
    const lines = (file: string) => ({ x: { base_url: x.url, bearer_token_file: file } })
    return { 1: lines(xTokenFiles[0]), 2: lines(xTokenFiles[1]) }
  },

  osf: async ({ folder, clock, log, faults, ports }, { osfToken, osfTokenFile }, running) => {
    const own = { folder: join(folder, 'osf'), token: osfToken, project: OSF_PROJECT, port: ports.osf ?? 0 }
    const osf = running.use(await startOsf({ ...own, clock, log, faults }))
    const reach = { enabled: 'true', base_url: osf.url, project: OSF_PROJECT, token_file: osfTokenFile }
    return { 1: { osf: { ...reach, basis: 'None is needed: the posts are simulated.' } } }
  },

  sftp: async ({ folder, sftpRoot, log, faults, ports }, { authorizedKey, hostKey, clientKeyFile }, running) => {
    const root = sftpRoot ?? join(folder, 'sftp')
    await mkdir(root, { recursive: true })
    const own = { folder: root, user: SFTP_USER, authorizedKey, hostKey, extensions: true, port: ports.sftp ?? 0 }
    const sftp = running.use(await startSftp({ ...own, log, faults }))
    const reach = { host: '127.0.0.1', port: String(sftp.port), user: SFTP_USER, private_key_file: clientKeyFile }
    return { 2: { sync: { ...reach, host_key: sftp.fingerprint, remote_folder: '/' } } }
  },

  smtp: async ({ folder, faults, ports }, _keys, running) => {
    const smtp = running.use(await startSmtp({ folder: join(folder, 'mail'), port: ports.smtp ?? 0, plan: faults }))
    const caFile = join(folder, 'credentials', 'smtp-certificate.pem')
    await writeFile(caFile, smtp.certificate)
    const reach = { host: '127.0.0.1', port: String(smtp.port), security: 'starttls', ca_file: caFile }
    const mail = { enabled: 'true', ...reach, from: 'collector@example.org', to: 'researcher@example.org' }
    return { 1: { mail }, 2: { mail } }
  },
}

/** The lines as they stand in an INI file. */
export const iniText = (settings: SettingLines): string =>
  Object.entries(settings)
    .map(([section, keys]) => [`[${section}]`, ...Object.entries(keys).map(([key, value]) => `${key} = ${value}`), ''])
    .flat()
    .join('\n')
