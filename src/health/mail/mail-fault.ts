import { errorCode, errorText, OperatorError } from '../../operator-error.js'
import { printable } from '../../printable.js'
import type { MailSettings } from '../../settings/settings.js'

/** Why a mail was not sent, as one line with the next step. Codes are nodemailer's (`dist/esm/errors.d.ts`). */
export function mailFault(error: unknown, { host, port, user, security }: MailSettings): string {
  if (error instanceof OperatorError) return error.message
  const server = `the mail server ${host}:${port}`
  const said = firstLine((error as { response?: unknown }).response) ?? firstLine(errorText(error)) ?? 'no reason given'
  switch (errorCode(error)) {
    case 'EAUTH':
    case 'ENOAUTH':
      return `${server} refused ${user === undefined ? 'a mail without login' : `the user ${user}`} (${said}): check [mail] user and password_file`
    case 'ETLS':
      return `${server} does not turn to TLS (${said}): [mail] security = ${security} demands it; check port and security`
    case 'EENVELOPE':
      return `${server} refused sender or receivers (${said}): check [mail] from and to`
    case 'EMESSAGE':
      return `${server} refused the mail (${said}): ask whoever runs it`
    case 'EDNS':
      return `there is no ${host} (${said}): check [mail] host`
    case 'ESOCKET':
      if (/certificate|altnames|self.signed/i.test(said))
        return `${server} shows a certificate that is not trusted (${said}): check [mail] host, or set [mail] ca_file`
  }
  return `${server} can't be used (${said}): check [mail] host and port, and whether it runs`
}

/** Whether it was this one mail that was refused, so that others may still pass. */
export const isRefusalOfOneMail = (error: unknown): boolean => errorCode(error) === 'EMESSAGE'

const firstLine = (text: unknown): string | undefined =>
  typeof text === 'string' && text.trim() !== '' ? printable(text.trim().split(/\r?\n/)[0] ?? '', 500) : undefined
