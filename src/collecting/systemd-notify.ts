import { execFile } from 'node:child_process'
import type { Log } from '../log.js'

/** What a service tells systemd. Nothing of it can fail the service. */
export interface Notify {
  /** The start is done. */
  ready(): void
  /** The end has begun. */
  stopping(): void
  /** What `systemctl status` is to show, on one line; the same line again is told only once. */
  status(line: string): void
  /** Feed the watchdog, where the unit has one, for as long as `isAlive` says so and until disposed. */
  guard(isAlive: () => boolean): Disposable
}

/** The variables that systemd sets for a unit of `Type=notify`, and the path on which systemd-notify is found. */
export interface NotifyEnvironment {
  readonly NOTIFY_SOCKET?: string | undefined
  readonly WATCHDOG_USEC?: string | undefined
  readonly PATH?: string | undefined
}

/**
 * Speaks to systemd by way of its `systemd-notify` (Node has no datagram sockets), or `undefined` where there is no
 * systemd to speak to. The unit needs `NotifyAccess=all`, for the messages come from a child process.
 */
export function systemdNotify(environment: NotifyEnvironment, log: Log): Notify | undefined {
  const { NOTIFY_SOCKET, WATCHDOG_USEC, PATH } = environment
  if (!NOTIFY_SOCKET) return undefined
  const tell = (message: string) => {
    execFile('systemd-notify', [message], { env: { NOTIFY_SOCKET, PATH } }, (error) => {
      // At its stop systemd ends the unit's children, too.
      if (error && !error.signal) log.warn({ message, error: error.message }, 'cannot speak to systemd')
    })
  }
  let shown = ''
  return {
    status: (line) => {
      if (line === shown) return
      shown = line
      tell(`STATUS=${line}`)
    },
    ready: () => {
      tell('READY=1')
    },
    stopping: () => {
      tell('STOPPING=1')
    },
    guard: (isAlive) => feed(Number(WATCHDOG_USEC ?? 0) / 1000, isAlive, tell),
  }
}

/** A third of the watchdog's patience lets two messages get lost. */
function feed(patienceMs: number, isAlive: () => boolean, tell: (message: string) => void): Disposable {
  if (!(patienceMs > 0)) return { [Symbol.dispose]: () => undefined }
  const timer = setInterval(() => {
    if (isAlive()) tell('WATCHDOG=1')
  }, patienceMs / 3)
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer)
    },
  }
}
