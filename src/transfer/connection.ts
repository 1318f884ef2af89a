import { once } from 'node:events'
import ssh2, { type ConnectConfig, type SFTPWrapper } from 'ssh2'
import type { Clock } from '../clock.js'
import { OperatorError } from '../operator-error.js'
import type { SyncSettings } from '../settings/settings.js'
import { ALGORITHMS, hostKeyAlgorithms } from './algorithms.js'
import { connectFault, isMethodFault } from './connect-fault.js'
import { gatheringSocket } from './gathering-socket.js'
import { readHostKey, type HostKey } from './host-key.js'
import { offeredMethods } from './offered-methods.js'
import { prepareKeys } from './prepared-keys.js'
import { readPrivateKey } from './private-key.js'
import { StallTimer } from './stall-timer.js'
import { ConnectionLostError, lostFault, stallFault, statusOf } from './sync-fault.js'

const READY_MS = 20_000
const KEEP_ALIVE_MS = 10_000
const STALL_MS = 30_000
const GOODBYE_MS = 2000

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
  readonly clock: Clock
  readonly #ssh = new ssh2.Client()
  readonly #stall: StallTimer
  readonly #lost = Promise.withResolvers<never>()
  /** Drops everything that this connection listens to. */
  readonly #over = new AbortController()
  #sftp: SFTPWrapper | undefined
  #shown: HostKey | undefined
  #loggedIn = false
  #fault: unknown
  #closed = false

  private constructor(settings: SyncSettings, { clock }: ConnectionOptions, signal: AbortSignal) {
    this.settings = settings
    this.clock = clock
    this.#ssh.on('error', (error) => (this.#fault ??= error))
    this.#ssh.on('handshake', () => prepareKeys(this.#ssh))
    this.#ssh.on('ready', () => (this.#loggedIn = true))
    this.#ssh.on('close', () => {
      this.#closed = true
      this.#loses(this.#fault)
    })
    this.#lost.promise.catch(quiet)
    const stallMs = clock.socketMs(STALL_MS)
    this.#stall = new StallTimer(stallMs, () => {
      this.#lost.reject(stallFault(settings, stallMs))
      this.#ssh.destroy()
    })
    signal.addEventListener('abort', () => this.#ssh.destroy(), { signal: this.#over.signal })
  }

  /**
   * A server may have host keys of several types and shows one a connection: while it is not the one that the settings
   * name, the other types are asked for.
   * @throws OperatorError one line that says what to do; exit code 75 where it may pass by itself
   */
  static async open(settings: SyncSettings, options: ConnectionOptions, signal: AbortSignal): Promise<Connection> {
    const privateKey = await readPrivateKey(settings.privateKeyFile, options.env ?? {})
    const others: HostKey[] = []
    for (;;) {
      const connection = new Connection(settings, options, signal)
      try {
        await connection.#login(privateKey, options, typesOf(others))
        return connection
      } catch (error) {
        await connection[Symbol.asyncDispose]()
        const key = connection.#otherKey
        const isNew = key !== undefined && !typesOf(others).includes(key.type)
        if (key) others.push(key)
        const hasMore = hostKeyAlgorithms(typesOf(others)).length > 0
        if (!isNew || !hasMore || signal.aborted) throw await connection.#explain(error, others, options)
      }
    }
  }

  /** The same session a layer below: open files, and OpenSSH's extensions. */
  get sftp(): SFTPWrapper {
    if (!this.#sftp) throw new Error('the connection is not open yet')
    return this.#sftp
  }

  /**
   * Wait for the answer to a request.
   * @throws ConnectionLostError for every error that is no SFTP status, also where ssh2 would wait for ever: the server is
   * silent, its SFTP process has ended, or the connection is gone
   */
  async answer<Answer>(request: Promise<Answer>): Promise<Answer> {
    try {
      return await this.#stall.during(Promise.race([request, this.#lost.promise]))
    } catch (error) {
      if (error instanceof OperatorError || statusOf(error) !== undefined) throw error
      throw lostFault(error, this.settings)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort()
    if (this.#closed) return
    const closed = once(this.#ssh, 'close', { signal: AbortSignal.timeout(GOODBYE_MS) }).catch(quiet)
    this.#ssh.end()
    await closed
    this.#ssh.destroy()
  }

  /** The host key that the server showed, where it is not the one expected. */
  get #otherKey(): HostKey | undefined {
    return this.#shown?.fingerprint === this.settings.hostKey ? undefined : this.#shown
  }

  /** `others`: types of host keys that are not asked for. */
  async #login(privateKey: string, { clock, version }: ConnectionOptions, others: readonly string[]): Promise<void> {
    const { host, port, user, hostKey } = this.settings
    const session = this.#session({
      sock: gatheringSocket(host, port),
      username: user,
      privateKey,
      ident: `collector_${version}`,
      hostVerifier: (blob: Buffer) => (this.#shown = readHostKey(blob)).fingerprint === hostKey,
      algorithms: { ...ALGORITHMS, serverHostKey: hostKeyAlgorithms(others) },
      readyTimeout: clock.socketMs(READY_MS),
      keepaliveInterval: clock.socketMs(KEEP_ALIVE_MS),
      keepaliveCountMax: 3,
    })
    // Nagle's algorithm and delayed acknowledgements together cost 40 ms a request.
    this.#ssh.setNoDelay(true)
    this.#sftp = await this.#stall.during(Promise.race([session, this.#lost.promise]))
    this.#sftp.on('error', (error: unknown) => {
      this.#loses(error)
    })
    for (const event of ['end', 'close'])
      this.#sftp.on(event, () => {
        this.#loses(this.#fault ?? new Error("server 1's SFTP process has ended"))
      })
  }

  /** Log in and ask for SFTP. @throws what ssh2 says of a configuration that it can't use; what it says later rejects */
  #session(config: ConnectConfig): Promise<SFTPWrapper> {
    const { promise, resolve, reject } = Promise.withResolvers<SFTPWrapper>()
    this.#ssh.once('error', reject).once('ready', () => {
      try {
        this.#ssh.sftp((error, sftp) => {
          if (error) reject(error)
          else resolve(sftp)
        })
      } catch (error) {
        // The connection has ended since.
        reject(error)
      }
    })
    promise.catch(quiet)
    this.#ssh.connect(config)
    return promise
  }

  #loses(error: unknown): void {
    this.#lost.reject(lostFault(error, this.settings))
  }

  async #explain(error: unknown, shown: readonly HostKey[], options: ConnectionOptions): Promise<OperatorError> {
    if (this.#fault === undefined && error instanceof ConnectionLostError && !this.#loggedIn && !this.#shown)
      return error
    const cause = this.#fault ?? error
    const isOurKey = this.#shown?.fingerprint === this.settings.hostKey
    const offered =
      isMethodFault(cause) && shown.length === 0 ? await offeredMethods(this.settings, options.clock) : undefined
    return connectFault(cause, this.settings, { shown, isOurKey, isLoggedIn: this.#loggedIn, offered })
  }
}

const typesOf = (keys: readonly HostKey[]): string[] => keys.map(({ type }) => type)

function quiet(): undefined {
  return undefined
}
