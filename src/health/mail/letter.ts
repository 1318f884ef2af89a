import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { domainToASCII } from 'node:url'
import MailComposer from 'nodemailer/lib/mail-composer'
import type { MailSettings } from '../../settings/settings.js'
import type { Mail } from './mail.js'

/** A mail as it goes over the wire: the same Message-ID however often it is sent. `since` is when it was put into the outbox. */
export function letterOf(mail: Mail, since: number, { from, to }: Pick<MailSettings, 'from' | 'to'>): Promise<Buffer> {
  const { about, subject, text, attachments = [], thread } = mail
  const content = attachments.length > 0 ? { about, subject, text, attachments } : { about, subject, text }
  const id = createHash('sha256')
    .update(`${since}\n${JSON.stringify(content)}`)
    .digest('hex')
    .slice(0, 32)
  return new MailComposer({
    from,
    to: [...to],
    subject: subject.replaceAll(/\p{Cc}+/gu, ' '),
    text,
    attachments: attachments.map((attachment) => ({ ...attachment, contentType: 'text/plain; charset=utf-8' })),
    date: new Date(since),
    messageId: `<${id}@${domainOf(from)}>`,
    // Of no mail's own: programs show together what refers to the same one.
    ...(thread !== undefined && { references: `<${thread}@${domainOf(from)}>` }),
    baseBoundary: id,
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build()
}

/** `a@example.org` of `A Name <a@Example.org>`, the domain in ASCII, as it stands in an envelope. */
export function bareAddress(address: string): string {
  const bare = /<([^<>]*)>\s*$/.exec(address)?.[1] ?? address
  const at = bare.lastIndexOf('@')
  const domain = bare.slice(at + 1)
  return `${bare.slice(0, at)}@${domainToASCII(domain) || domain}`
}

const domainOf = (address: string): string => bareAddress(address).split('@').at(-1) ?? ''

/** Has a dot, and none of the endings that no machine in the world can look up. */
const isFullName = (name: string): boolean =>
  /^[a-z\d-]+(\.[a-z\d-]+)+$/i.test(name) && !/\.(localdomain|localhost|local|internal|invalid)$/i.test(name)

/**
 * What this machine calls itself to the mail server: the settings' name, else its own where that is a full one, else the
 * sender's domain, else its address.
 */
export function ehloName({ ehloName: set, from }: MailSettings, localAddress = '127.0.0.1', own = hostname()): string {
  const name = set ?? [own, domainOf(from)].find(isFullName)
  return name ?? (localAddress.includes(':') ? `[IPv6:${localAddress}]` : `[${localAddress}]`)
}
