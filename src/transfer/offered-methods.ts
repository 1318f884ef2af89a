import { once } from 'node:events'
import ssh2 from 'ssh2'
import type { Clock } from '../clock.js'
import type { SyncSettings } from '../settings/settings.js'
import { ALGORITHMS, hostKeyAlgorithms } from './algorithms.js'
import { gatheringSocket } from './gathering-socket.js'

const READY_MS = 20_000

/** What an SSH server offers, by what it is for, as the server words it: `sntrup761x25519-sha512@openssh.com`. */
export type OfferedMethods = ReadonlyMap<string, string>

/**
 * Ask a server with which no connection comes about what it offers instead: ssh2's error doesn't say, its trace of the
 * handshake does. Never rejects; empty where nothing was heard.
 */
export async function offeredMethods({ host, port, user }: SyncSettings, clock: Clock): Promise<OfferedMethods> {
  const offered = new Map<string, string>()
  const ssh = new ssh2.Client()
  ssh.on('error', () => undefined)
  const closed = once(ssh, 'close').catch(() => undefined)
  ssh.connect({
    sock: gatheringSocket(host, port),
    username: user,
    algorithms: { ...ALGORITHMS, serverHostKey: hostKeyAlgorithms() },
    hostVerifier: () => false,
    readyTimeout: clock.socketMs(READY_MS),
    debug: (line) => {
      const [, purpose, names] = /^Handshake: \(remote\) ([^:]+): (.*)$/.exec(line) ?? []
      if (purpose !== undefined && names !== undefined) offered.set(purpose, methodsOf(names))
    },
  })
  await closed
  return offered
}

/** Without what stands among the methods and is none: `ext-info-s`, `kex-strict-s-v00@openssh.com`. */
const methodsOf = (names: string): string =>
  names
    .split(',')
    .filter((name) => !/^(ext-info|kex-strict)-/.test(name))
    .join(', ')
