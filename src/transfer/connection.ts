import { once } from 'node:events'
import SftpClient from 'ssh2-sftp-client'
import type { Algorithms, Client, SFTPWrapper } from 'ssh2'
import type { Clock } from '../clock.js'
import type { SyncSettings } from '../settings/settings.js'
import { gatheringSocket } from './gathering-socket.js'
import { readHostKey, type HostKey } from './host-key.js'
import { prepareKeys } from './prepared-keys.js'
import { readPrivateKey } from './private-key.js'
import { StallTimer } from './stall-timer.js'
import { ConnectionLostError, connectFault, lostFault, stallFault } from './sync-fault.js'

const READY_MS = 20_000
const KEEP_ALIVE_MS = 10_000
const STALL_MS = 30_000
const GOODBYE_MS = 2000

/** What every OpenSSH since 7.2 (2016) has. AES-GCM first: it needs no MAC of its own, and OpenSSL does it in hardware. */
const ALGORITHMS: Algorithms = {
  kex: ['curve25519-sha256', 'curve25519-sha256@libssh.org', 'ecdh-sha2-nistp256', 'ecdh-sha2-nistp384'],
  serverHostKey: ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'rsa-sha2-512', 'rsa-sha2-256'],
  cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes256-ctr'],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
}

export interface ConnectionOptions {
  readonly clock: Clock
  /** Told to the server in the greeting. */
  readonly version: string
  /** Where systemd says which credentials it hands over. */
  readonly env?: NodeJS.ProcessEnv
}

/** An SFTP session with server 1, whose host key is the one that the settings name. */
export class Connection implements AsyncDisposable {
  readonly settings: SyncSettings
  /** Requests that name a path. */
  readonly client = new SftpClient('sync', { error: quiet, end: quiet, close: quiet })
  readonly #ssh: Client
  readonly #stall: StallTimer
  readonly #lost = Promise.withResolvers<never>()
  /** Drops everything that this connection listens to. */
  readonly #over = new AbortController()
  #sftp: SFTPWrapper | undefined
  #shown: HostKey | undefined
  #fault: unknown
  #closed = false

  private constructor(settings: SyncSettings, { clock }: ConnectionOptions, signal: AbortSignal) {
    this.settings = settings
    // ssh2-sftp-client keeps ssh2's client there; its types leave it out.
    this.#ssh = (this.client as unknown as { client: Client }).client
    this.#ssh.on('error', (error) => (this.#fault ??= error))
    this.#ssh.on('handshake', () => prepareKeys(this.#ssh))
    this.#ssh.on('close', () => {
      this.#closed = true
      this.#lost.reject(lostFault(this.#fault, settings))
    })
    this.#lost.promise.catch(quiet)
    const stallMs = clock.socketMs(STALL_MS)
    this.#stall = new StallTimer(stallMs, () => {
      this.#lost.reject(stallFault(settings, stallMs))
      this.#ssh.destroy()
    })
    signal.addEventListener('abort', () => this.#ssh.destroy(), { signal: this.#over.signal })
  }

  /** @throws OperatorError one line that says what to do; exit code 75 where it may pass by itself */
  static async open(settings: SyncSettings, options: ConnectionOptions, signal: AbortSignal): Promise<Connection> {
    const privateKey = await readPrivateKey(settings.privateKeyFile, options.env ?? {})
    const connection = new Connection(settings, options, signal)
    try {
      await connection.#login(privateKey, options)
      return connection
    } catch (error) {
      await connection[Symbol.asyncDispose]()
      if (connection.#fault === undefined && error instanceof ConnectionLostError) throw error
      throw connectFault(connection.#fault ?? error, settings, connection.#shown)
    }
  }

  /** The same session a layer below: open files, and OpenSSH's extensions. */
  get sftp(): SFTPWrapper {
    if (!this.#sftp) throw new Error('the connection is not open yet')
    return this.#sftp
  }

  /**
   * Wait for the answer to a request.
   * @throws ConnectionLostError also where ssh2 would wait for ever: the server is silent, or the connection is gone
   */
  answer<Answer>(request: Promise<Answer>): Promise<Answer> {
    return this.#stall.during(Promise.race([request, this.#lost.promise]))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort()
    if (this.#closed) return
    const closed = once(this.#ssh, 'close', { signal: AbortSignal.timeout(GOODBYE_MS) }).catch(quiet)
    this.#ssh.end()
    await closed
    this.#ssh.destroy()
  }

  async #login(privateKey: string, { clock, version }: ConnectionOptions): Promise<void> {
    const { host, port, user, hostKey } = this.settings
    const session = this.client.connect({
      sock: gatheringSocket(host, port),
      username: user,
      privateKey,
      ident: `collector_${version}`,
      hostVerifier: (blob: Buffer) => (this.#shown = readHostKey(blob)).fingerprint === hostKey,
      algorithms: ALGORITHMS,
      readyTimeout: clock.socketMs(READY_MS),
      keepaliveInterval: clock.socketMs(KEEP_ALIVE_MS),
      keepaliveCountMax: 3,
    })
    // Nagle's algorithm and delayed acknowledgements together cost 40 ms a request.
    this.#ssh.setNoDelay(true)
    this.#sftp = await this.answer(session)
  }
}

function quiet(): undefined {
  return undefined
}
