import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { realClock } from '../../../src/clock.js'
import type { Postman } from '../../../src/health/mail/send-waiting-mails.js'
import type { MailSettings } from '../../../src/settings/settings.js'
import type { Smtp } from '../../../src/simulator/smtp/smtp.js'
import { recordingLog } from '../../support/recording-log.js'

/** What sends to a simulated mail server, trusting its certificate; state lies in `folder`. */
export async function postmanOf(
  smtp: Pick<Smtp, 'port' | 'certificate'>,
  folder: string,
  changes: Partial<MailSettings> = {},
) {
  const caFile = join(folder, 'ca.pem')
  await writeFile(caFile, smtp.certificate)
  await chmod(caFile, 0o600)
  const mail: MailSettings = {
    host: '127.0.0.1',
    port: smtp.port,
    security: 'starttls',
    user: undefined,
    passwordFile: undefined,
    caFile,
    ehloName: undefined,
    from: 'Collector <collector@example.org>',
    to: ['one@example.org', 'two@example.org'],
    ...changes,
  }
  const log = recordingLog()
  return { mail, password: undefined, stateFolder: join(folder, 'state'), clock: realClock(), log } satisfies Postman
}

/** A mail's header field, as it was received. */
export const header = (mail: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.*(?:\r\n[ \t].*)*)`, 'im').exec(mail)?.[1]?.replace(/\r\n\s+/g, ' ')
