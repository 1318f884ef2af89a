import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { realpath } from 'node:fs/promises'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import ssh2, { type AuthContext, type Connection, type ParsedKey } from 'ssh2'
import type { Log } from '../../log.js'
import type { FaultPlan } from '../fault-plan.js'
import { FileSession, type FileSessionOptions } from './file-session.js'
import { ed25519KeyPair } from './key-pair.js'
import { SftpFaults } from './sftp-faults.js'

const { Server, utils } = ssh2

export interface SftpOptions {
  /** What clients see as `/`; nothing outside of it can be reached. */
  readonly folder: string
  readonly user: string
  /** The one public key that opens the door, as a line of `authorized_keys`. */
  readonly authorizedKey: string
  /** The server's private key, PEM or OpenSSH; a new one unless given. */
  readonly hostKey?: string
  /** Announce `posix-rename`, `fsync` and `statvfs` as OpenSSH does. */
  readonly extensions: boolean
  readonly log: Log
  readonly faults: FaultPlan
  readonly host?: string
  readonly port?: number
}

export interface Sftp extends AsyncDisposable {
  readonly port: number
  /** Of the host key, as `ssh-keygen -lf` prints it: `SHA256:` and base64 without padding. */
  readonly fingerprint: string
  /** How many are open now. */
  readonly connections: number
}

/** An SFTP server for one account, rooted in a folder, that speaks real SSH; see SftpFaults for what can go wrong. */
export async function startSftp(options: SftpOptions): Promise<Sftp> {
  const hostKey = options.hostKey ?? ed25519KeyPair().private
  const faults = new SftpFaults(options.faults)
  const root = await realpath(options.folder)
  const sockets = new Map<number | undefined, Socket>()
  const server = new Server({ hostKeys: [hostKey] }, (client, { port }) => {
    const cut = () => sockets.get(port)?.destroy()
    serveClient(client, options, { root, extensions: options.extensions, faults, log: options.log, cut })
  })
  const listener = createServer((socket) => {
    const port = socket.remotePort
    sockets.set(
      port,
      socket.on('close', () => sockets.delete(port)),
    )
    socket.setNoDelay()
    server.injectSocket(socket)
  })
  await once(listener.listen(options.port ?? 0, options.host ?? '127.0.0.1'), 'listening')
  return {
    port: (listener.address() as AddressInfo).port,
    fingerprint: fingerprintOf(parsedKey(hostKey)),
    get connections() {
      return sockets.size
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.values()) socket.destroy()
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}

function serveClient(client: Connection, options: SftpOptions, session: FileSessionOptions): void {
  const key = parsedKey(options.authorizedKey)
  client.on('authentication', (context) => {
    const known = context.username === options.user && opens(key, context)
    if (known && !session.faults.refusesLogin(context.username)) context.accept()
    else context.reject(['publickey'])
  })
  client.on('session', (accept) => {
    accept().on('sftp', (acceptSftp) => new FileSession(acceptSftp(), session))
  })
  // A client that is gone is the client's affair.
  client.on('error', (error) => {
    options.log.debug({ reason: error.message }, 'simulated SFTP server lost a client')
  })
}

/** Whether a client may use, or has proved to hold, the key. */
function opens(key: ParsedKey, context: AuthContext): boolean {
  if (context.method !== 'publickey' || !key.getPublicSSH().equals(context.key.data)) return false
  const { blob, signature, hashAlgo } = context
  return blob === undefined || signature === undefined || key.verify(blob, signature, hashAlgo)
}

function parsedKey(text: string): ParsedKey {
  const key = utils.parseKey(text)
  if (key instanceof Error) throw key
  return key
}

const fingerprintOf = (key: ParsedKey): string =>
  `SHA256:${createHash('sha256').update(key.getPublicSSH()).digest('base64').replace(/=+$/, '')}`
