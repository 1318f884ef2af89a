import { readdir } from '../../durable/files.js'
import { join } from 'node:path'
import { makeFolder, remove, syncFolder } from '../../durable/disk.js'
import { readState, writeState } from '../../durable/state-file.js'
import { errorCode } from '../../operator-error.js'
import { printable, printableLines } from '../../printable.js'
import { mailSchema, type Mail } from './mail.js'

/** A mail's place in the outbox. */
export interface WaitingMail {
  readonly path: string
  /** When it was put there, in ms since 1970. */
  readonly since: number
  readonly about: string
}

/** Where mails wait until a mail server has accepted them. */
export const outboxFolder = (stateFolder: string): string => join(stateFolder, 'outbox')

/** `1795327200000_report-2026-11-21.json`: sorts by time for the next two centuries. */
const mailName = (since: number, about: string): string => `${since}_${about}.json`

function parseMailName(name: string): { since: number; about: string } | undefined {
  const [, since, about] = /^(\d{13})_([a-zA-Z\d-]+)\.json$/.exec(name) ?? []
  return since === undefined || about === undefined ? undefined : { since: Number(since), about }
}

/**
 * Put a mail into the outbox, without what a stranger's text could steer a terminal with, in place of one about the same: it is on the disk when this returns, and stays until it is
 * sent. After a crash in between, or where the older one is just being sent, both are sent.
 */
export async function putIntoOutbox(stateFolder: string, mail: Mail, nowMs: number): Promise<void> {
  const folder = outboxFolder(stateFolder)
  await makeFolder(folder)
  const path = join(folder, mailName(nowMs, mail.about))
  await writeState(path, { ...mail, subject: printable(mail.subject), text: printableLines(mail.text) })
  for (const older of await waitingMails(stateFolder))
    if (older.about === mail.about && older.path !== path) await removeMail(stateFolder, older)
}

/** The mails that wait, oldest first. Other files are left alone. */
export async function waitingMails(stateFolder: string): Promise<WaitingMail[]> {
  const folder = outboxFolder(stateFolder)
  const names = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  })
  return names.sort().flatMap((name) => {
    const parsed = parseMailName(name)
    return parsed ? [{ ...parsed, path: join(folder, name) }] : []
  })
}

/** `undefined` where another run has sent it meanwhile. @throws CorruptStateError */
export const readMail = ({ path }: WaitingMail): Promise<Mail | undefined> => readState(path, mailSchema)

/** Take a mail that was accepted out of the outbox, for good. */
export async function removeMail(stateFolder: string, { path }: WaitingMail): Promise<void> {
  await remove(path)
  await syncFolder(outboxFolder(stateFolder))
}
