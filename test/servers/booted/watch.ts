import type { Server, Servers } from './two-machines.js'
import { until } from './until.js'

export const COLLECT = 'collector-collect.service'

/** Whether a server's collector is connected, by what `systemctl status` shows. */
export async function isConnected(server: Server): Promise<boolean> {
  const shown = await properties(server, COLLECT, 'ActiveState', 'StatusText')
  return shown['ActiveState'] === 'active' && /^connected since/.test(shown['StatusText'] ?? '')
}

/** Wait until a server's collector is connected, as another process than `before`. */
export const untilConnected = (server: Server, before = '0'): Promise<boolean> =>
  until(
    `server ${server.number} is connected`,
    async () => (await mainPid(server)) !== before && (await isConnected(server)),
    () => journal(server),
  )

/** What one server does not hear the other does. */
export async function untilBothConnected(servers: Servers): Promise<void> {
  for (const server of servers) await untilConnected(server)
}

export const mainPid = async (server: Server): Promise<string> =>
  (await properties(server, COLLECT, 'MainPID'))['MainPID'] ?? ''

/** Wait until nothing of a unit runs, whatever came of it. */
export const untilEnded = (server: Server, unit: string): Promise<boolean> =>
  until(`${unit} is at its end`, async () =>
    ['inactive', 'failed'].includes((await properties(server, unit, 'ActiveState'))['ActiveState'] ?? ''),
  )

/** What systemd says of a unit. */
export async function properties({ machine }: Server, unit: string, ...names: string[]) {
  const { stdout } = await machine.run('systemctl', ['show', unit, ...names.map((name) => `--property=${name}`)])
  return Object.fromEntries(stdout.split('\n').map((line) => line.split(/=(.*)/s))) as Record<string, string>
}

/** Which version is installed, runs and has its units in use. */
export interface Versions {
  readonly installed: string
  readonly running: string
  readonly unit: string
}

export async function versions(server: Server): Promise<Versions> {
  const heartbeat = await server.machine.run('cat', ['/var/lib/collector/spool/heartbeat.json'])
  return {
    installed: (await server.machine.run('collector', ['--version'])).stdout.trim(),
    running: /"version": "(.*?)"/.exec(heartbeat.stdout)?.[1] ?? '',
    unit: (await properties(server, COLLECT, 'Description'))['Description'] ?? '',
  }
}

/** Wait until a server has this version, and no other, in use. */
export const untilVersions = (server: Server, wanted: Versions): Promise<boolean> =>
  until(
    `server ${server.number} has ${JSON.stringify(wanted)}`,
    async () => JSON.stringify(await versions(server)) === JSON.stringify(wanted),
    async () => `it has ${JSON.stringify(await versions(server))}`,
  )

/** What all units of ours, or one, have said. */
export async function journal({ machine }: Server, ...words: string[]): Promise<string> {
  const { stdout } = await machine.run('journalctl', ['--output=short-iso', ...ofOurUnits(words)])
  return stdout
}

interface Entry {
  /** In µs since 1970. */
  readonly at: number
  readonly priority: number
  readonly message: string
  /** Who said it: `collector`, `systemd`. */
  readonly speaker: string
}

/** The same, entry by entry. */
export async function entries({ machine }: Server, ...words: string[]): Promise<Entry[]> {
  const { stdout } = await machine.run('journalctl', ['--output=json', ...ofOurUnits(words)])
  const raw = stdout.split('\n').filter(Boolean)
  return raw.map((line) => {
    const entry = JSON.parse(line) as Record<string, unknown>
    return {
      at: Number(entry['__REALTIME_TIMESTAMP']),
      priority: Number(entry['PRIORITY']),
      message: String(entry['MESSAGE']),
      speaker: String(entry['SYSLOG_IDENTIFIER']),
    }
  })
}

const ofOurUnits = (words: string[]): string[] => [
  '--no-pager',
  ...(words.some((word) => word.startsWith('--unit')) ? [] : ['--unit=collector-*']),
  ...words,
]

/** A run of a service that is started and comes to an end; times in µs since 1970. */
export interface Run {
  readonly from: number
  readonly until: number
  /** As systemd puts it: `Finished …` or `Failed …`. */
  readonly ending: string
  readonly said: string
}

/** The runs of a service that began and ended since then. */
export async function runs(server: Server, unit: string, since: string): Promise<Run[]> {
  const found: Run[] = []
  let begun: { from: number; said: string } | undefined
  for (const { at, message, speaker } of await entries(server, `--unit=${unit}`, since)) {
    if (speaker !== 'systemd') {
      if (begun) begun.said += `${message}\n`
    } else if (message.startsWith('Starting ')) begun = { from: at, said: '' }
    else if (begun && /^(Finished|Failed to start|Stopped) /.test(message)) {
      found.push({ ...begun, until: at, ending: message })
      begun = undefined
    }
  }
  return found
}

/** Wait until a unit has said something of this form since then. */
export const untilSaid = (server: Server, unit: string, form: RegExp, since: string): Promise<RegExpExecArray> =>
  until(
    `${unit} says ${form.source}`,
    async () => form.exec(await journal(server, `--unit=${unit}`, since)) ?? undefined,
    () => journal(server, `--unit=${unit}`),
  )

/** From now on, for `journal`. journalctl's cursors skip an entry where units are asked for. */
export const fromNow = (): string => `--since=@${(Date.now() / 1000).toFixed(3)}`

/** Wait until there is a mail with such a subject, after so many others. */
export const untilMailed = (server: Server, form: RegExp, after = 0): Promise<string> =>
  until(
    `server ${server.number} mails ${form.source}`,
    async () => (await server.simulators.subjects()).slice(after).find((subject) => form.test(subject)),
    async () => `${(await server.simulators.subjects()).join('\n')}\n${await journal(server)}`,
  )

/** Run a command by hand; where another run is at work, again after it, as it says. */
export const byHand = (server: Server, ...words: string[]) =>
  until(`collector ${words.join(' ')} gets its turn`, async () => {
    const ended = await server.machine.run('collector', words)
    return ended.code !== 75 && ended
  })
