import { once } from 'node:events'
import { readFile } from '../../durable/files.js'
import { connect as connectTo, isIP, type Socket } from 'node:net'
import { connect as connectTls, getCACertificates, type ConnectionOptions } from 'node:tls'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { errorCode, OperatorError } from '../../operator-error.js'
import type { MailSettings } from '../../settings/settings.js'
import { SECOND_MS } from '../../utc.js'
import type { Conversation } from './conversation.js'
import { ehloName } from './letter.js'

/** Between two addresses of a server: Node's own 250 ms gives up distant ones. */
const NEXT_ADDRESS_MS = 5 * SECOND_MS
/** Nodemailer's own times never come first; `Conversation` has the standard's. */
const NEVER_MS = 2 ** 31 - 1
const QUIT_MS = 2 * SECOND_MS
/** Nobody says so much in one reply. */
const MOST_REPLY_BYTES = 64 * 1024

const ignore = () => undefined

/**
 * A connection to the mail server, by way of the system's own resolver, so that /etc/hosts counts; nothing has been said
 * on it yet. With `starttls` nothing, and above all no password, will be said before the connection is encrypted and the
 * certificate checked.
 */
export async function openConnection(
  mail: MailSettings,
  conversation: Conversation,
  signal: AbortSignal,
): Promise<SMTPConnection> {
  const tls = await tlsOptions(mail)
  const { host, port, security } = mail
  const socket = await connected(host, port, signal)
  conversation.await('the greeting')
  const connection = new SMTPConnection({
    ...{ host, port, connection: socket, tls },
    name: ehloName(mail, socket.localAddress),
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    connectionTimeout: NEVER_MS,
    greetingTimeout: NEVER_MS,
    socketTimeout: NEVER_MS,
    maxResponseSize: MOST_REPLY_BYTES,
    logger: conversation.logger as never,
    transactionLog: true,
  })
  connection.on('error', ignore)
  return connection
}

async function connected(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const socket = connectTo({ host, port, autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS })
  socket.on('error', ignore)
  try {
    await once(socket, 'connect', { signal })
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}

/** Say goodbye, and don't wait for the answer for long: some servers never give it. */
export function leave(connection: SMTPConnection, politely: boolean): void {
  if (!politely) {
    connection.close()
    return
  }
  connection.quit()
  const timer = setTimeout(() => {
    connection.close()
  }, QUIT_MS).unref()
  connection.once('end', () => {
    clearTimeout(timer)
  })
}

/** `ca` takes the place of the certificates that Node trusts by itself, so they are named with it. */
async function tlsOptions({ caFile, host }: MailSettings): Promise<ConnectionOptions> {
  const options = { minVersion: 'TLSv1.2', ...(isIP(host) === 0 && { servername: host }) } as const
  if (caFile === undefined) return options
  try {
    return { ...options, ca: [...getCACertificates('default'), await readFile(caFile, 'utf8')] }
  } catch (error) {
    throw new OperatorError(
      `the certificate file ${caFile} can't be read (${errorCode(error) ?? 'unknown error'}): correct [mail] ca_file`,
      { cause: error },
    )
  }
}

/** Whether something at this port begins with TLS, and therefore waits in silence for a client that doesn't. */
export async function beginsWithTls({ host, port }: MailSettings, signal: AbortSignal): Promise<boolean> {
  // Nothing is sent on it: it only is to be seen whether there is a handshake.
  const socket = connectTls({ host, port, rejectUnauthorized: false, ...(isIP(host) === 0 && { servername: host }) })
  socket.on('error', ignore)
  try {
    await once(socket, 'secureConnect', { signal })
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
