import type { Server } from './two-machines.js'
import { until } from './until.js'

/** Whether a server's collector is connected, by what `systemctl status` shows. */
export async function isConnected(server: Server): Promise<boolean> {
  const shown = await properties(server, 'collector-collect.service', 'ActiveState', 'StatusText')
  return shown['ActiveState'] === 'active' && /^connected since/.test(shown['StatusText'] ?? '')
}

/** Wait until a server's collector is connected, as another process than `before`. */
export const untilConnected = (server: Server, before = '0'): Promise<boolean> =>
  until(
    `server ${server.number} is connected`,
    async () => (await mainPid(server)) !== before && (await isConnected(server)),
    () => journal(server),
  )

export const mainPid = async (server: Server): Promise<string> =>
  (await properties(server, 'collector-collect.service', 'MainPID'))['MainPID'] ?? ''

/** What systemd says of a unit. */
export async function properties({ machine }: Server, unit: string, ...names: string[]) {
  const { stdout } = await machine.run('systemctl', ['show', unit, ...names.map((name) => `--property=${name}`)])
  return Object.fromEntries(stdout.split('\n').map((line) => line.split(/=(.*)/s))) as Record<string, string>
}

/** What all units of ours, or one, have said. */
export async function journal({ machine }: Server, ...words: string[]): Promise<string> {
  const units = words.some((word) => word.startsWith('--unit')) ? [] : ['--unit=collector-*']
  const { stdout } = await machine.run('journalctl', ['--no-pager', '--output=short-iso', ...units, ...words])
  return stdout
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
