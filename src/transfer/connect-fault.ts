import { errorCode, errorText, OperatorError } from '../operator-error.js'
import type { SyncSettings } from '../settings/settings.js'
import type { HostKey } from './host-key.js'
import type { OfferedMethods } from './offered-methods.js'
import { addressOf, ConnectionLostError, shortened } from './sync-fault.js'

/** How far an attempt to connect came. */
export interface Attempt {
  /** Host keys that the server showed and that are not the one expected, in order. */
  readonly shown: readonly HostKey[]
  /** The server showed the expected key at last. */
  readonly isOurKey: boolean
  readonly isLoggedIn: boolean
  /** What the server offers, where there is no method in common. */
  readonly offered: OfferedMethods | undefined
}

/** Why no SFTP session came about, for the operator. Exit code 75 where it may pass by itself. */
export function connectFault(error: unknown, sync: SyncSettings, attempt: Attempt): OperatorError {
  if (!attempt.isOurKey && attempt.shown.length > 0 && !isTransport(error)) return wrongHostKey(sync, attempt.shown)
  if (isMethodFault(error)) return noMethod(error, sync, attempt.offered)
  if (levelOf(error) === 'client-authentication')
    return new OperatorError(
      `${addressOf(sync)} refuses user ${sync.user} with the key ${sync.privateKeyFile}: ` +
        `put its public half into that user's authorized_keys there, or correct [sync] user`,
      { cause: error },
    )
  return (attempt.isLoggedIn ? noSftp(error, sync) : undefined) ?? hungUp(error, sync, attempt)
}

/** Both sides have no method of some kind in common. */
export const isMethodFault = (error: unknown): boolean =>
  levelOf(error) === 'handshake' && /no matching/i.test(errorText(error))

const levelOf = (error: unknown): unknown => (error as { level?: unknown } | undefined)?.level

/** The way to the server failed, which says nothing of its keys. */
const isTransport = (error: unknown): boolean =>
  ['client-socket', 'client-timeout'].includes(String(levelOf(error))) || /^E[A-Z]+$/.test(errorCode(error) ?? '')

function wrongHostKey(sync: SyncSettings, shown: readonly HostKey[]): OperatorError {
  const keys = shown.map(({ type, fingerprint }) => `the ${shortened(type)} host key ${fingerprint}`)
  return new OperatorError(
    `${addressOf(sync)} shows ${keys.join(' and ')}, [sync] host_key expects ${sync.hostKey}: ` +
      `nothing was sent; if server 1 has a new key, check it there with ssh-keygen -lf and correct the setting`,
  )
}

const HOST_KEY = 'Host key format'

/** What ssh2 says that there is none of -> as its trace calls it, sshd's setting, and a value that this side has too. */
const METHODS: readonly (readonly [RegExp, purpose: string, setting: string])[] = [
  [/key exchange/, 'KEX method', 'KexAlgorithms +curve25519-sha256'],
  [/host key/, HOST_KEY, 'HostKeyAlgorithms +ssh-ed25519,rsa-sha2-512'],
  [/C->S cipher/, 'C->S cipher', 'Ciphers +aes128-gcm@openssh.com'],
  [/S->C cipher/, 'S->C cipher', 'Ciphers +aes128-gcm@openssh.com'],
  [/C->S MAC/, 'C->S MAC', 'MACs +hmac-sha2-256-etm@openssh.com'],
  [/S->C MAC/, 'S->C MAC', 'MACs +hmac-sha2-256-etm@openssh.com'],
  [/compression/, 'C->S compression', 'Compression yes'],
]

function noMethod(error: unknown, sync: SyncSettings, offered: OfferedMethods | undefined): OperatorError {
  const reason = errorText(error)
  const [, purpose, setting] = METHODS.find(([pattern]) => pattern.test(reason)) ?? []
  const names = offered?.get(purpose ?? '')
  const what = names === undefined ? '' : `; it offers only ${shortened(names)}`
  return new OperatorError(
    `${addressOf(sync)} and this server have no SSH method in common (${shortened(reason)}${what}): ` +
      `put "${setting ?? 'KexAlgorithms +curve25519-sha256'}" into its sshd_config${purpose === HOST_KEY ? ', and make its keys with ssh-keygen -A' : ''}`,
    { cause: error },
  )
}

/** What an account that is let in gets instead of SFTP; `undefined` where the connection broke meanwhile. */
function noSftp(error: unknown, sync: SyncSettings): OperatorError | undefined {
  const reason = errorText(error)
  const refused = /exit code \d+|subsystem|channel open|unexpected SFTP session termination/i.exec(reason)
  const begin = `${addressOf(sync)} gives user ${sync.user} no SFTP`
  const advice =
    'set "ForceCommand internal-sftp" for that user in its sshd_config, with "Subsystem sftp internal-sftp", and give the account a shell that may log in'
  if (/packet/i.test(reason))
    return new OperatorError(`${begin}: ${textInstead(reason)}: ${advice}, or silence its start-up files`, {
      cause: error,
    })
  if (refused) return new OperatorError(`${begin} (${shortened(reason)}): ${advice}`, { cause: error })
  return undefined
}

/** An SFTP packet begins with its length: where a shell speaks first, the length is the text's first four characters. */
function textInstead(reason: string): string {
  const length = Number(/Packet length (-?\d+) exceeds/.exec(reason)?.[1] ?? NaN)
  if (Number.isNaN(length)) return `what comes instead is none (${shortened(reason)})`
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(length | 0)
  return `text comes before it, which begins with ${JSON.stringify(shortened(bytes.toString('latin1')))}`
}

function hungUp(error: unknown, sync: SyncSettings, { isOurKey }: Attempt): ConnectionLostError {
  const reason = shortened(errorCode(error) ?? errorText(error))
  if (isOurKey)
    return new ConnectionLostError(
      `${addressOf(sync)} hung up while user ${sync.user} logged in (${reason}): nothing is lost, the next run ` +
        `tries again; if it stays so, its sshd says why in its log, often that a folder above its ChrootDirectory is not root's alone`,
      error,
    )
  return new ConnectionLostError(
    `${addressOf(sync)} can't be reached (${reason}): nothing is lost, the next run tries again; ` +
      `if it stays so, check [sync] host and port, and that sshd runs there`,
    error,
  )
}
