import { readFile } from '../../durable/files.js'
import { getCACertificates } from 'node:tls'
import { createTransport, type SMTPTransportOptions } from 'nodemailer'
import type { Clock } from '../../clock.js'
import { errorCode, OperatorError } from '../../operator-error.js'
import type { MailSettings } from '../../settings/settings.js'

const TIMEOUT_MS = 30_000

/**
 * A connection maker for the mail server of the settings; each mail gets a connection of its own. With `starttls`
 * nothing, and above all no password, is said before the connection is encrypted and the certificate checked; a server
 * that can't do it is left.
 * @throws OperatorError where the certificate file can't be read
 */
export async function mailTransport(mail: MailSettings, password: string | undefined, clock: Clock) {
  const timeoutMs = clock.socketMs(TIMEOUT_MS)
  const options: SMTPTransportOptions = {
    host: mail.host,
    port: mail.port,
    secure: mail.security === 'tls',
    requireTLS: mail.security === 'starttls',
    ignoreTLS: mail.security === 'none',
    tls: { minVersion: 'TLSv1.2', ...(mail.caFile === undefined ? {} : { ca: await trusted(mail.caFile) }) },
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(mail.user === undefined ? {} : { auth: { user: mail.user, pass: password ?? '' } }),
  }
  return createTransport(options)
}

/** `ca` takes the place of the certificates that Node trusts by itself, so they are named with it. */
async function trusted(caFile: string): Promise<string[]> {
  try {
    return [...getCACertificates('default'), await readFile(caFile, 'utf8')]
  } catch (error) {
    throw new OperatorError(
      `the certificate file ${caFile} can't be read (${errorCode(error) ?? 'unknown error'}): correct [mail] ca_file`,
      { cause: error },
    )
  }
}
