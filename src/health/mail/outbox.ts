import { readdir } from '../../durable/files.js'
import { join } from 'node:path'
import { makeFolder, remove, syncFolder } from '../../durable/disk.js'
import { readState, writeState } from '../../durable/state-file.js'
import { errorCode } from '../../operator-error.js'
import { printable, printableLines } from '../../printable.js'
import { orLastResort, rememberingFolders } from '../last-resort.js'
import type { DeliveryState } from './delivery-state.js'
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

/** Where mails lie that were given up. */
const undeliveredFolder = (stateFolder: string): string => join(outboxFolder(stateFolder), 'undelivered')

/** `1795327200000_report-2026-11-21.json`: sorts by time for the next two centuries. */
const mailName = (since: number, about: string): string => `${since}_${about}.json`

function parseMailName(name: string): { since: number; about: string } | undefined {
  const [, since, about] = /^(\d{13})_([a-zA-Z\d-]+)\.json$/.exec(name) ?? []
  return since === undefined || about === undefined ? undefined : { since: Number(since), about }
}

/**
 * Put a mail into the outbox, without what a stranger's text could steer a terminal with, in place of one about the same: it is on the disk when this returns, and stays until it is
 * sent; where the state folder can't be written it is kept in memory. After a crash in between, or where the older one is
 * just being sent, both are sent.
 */
export async function putIntoOutbox(stateFolder: string, mail: Mail, nowMs: number): Promise<void> {
  const name = mailName(nowMs, mail.about)
  const safe = { ...mail, subject: printable(mail.subject), text: printableLines(mail.text) }
  await orLastResort(stateFolder, (folder) => write(folder, name, safe))
  for (const older of await waitingMails(stateFolder))
    if (older.about === mail.about && older.since !== nowMs) await removeMail(stateFolder, older)
}

async function write(stateFolder: string, name: string, mail: Mail): Promise<void> {
  await makeFolder(outboxFolder(stateFolder))
  await writeState(join(outboxFolder(stateFolder), name), mail)
}

/** The mails that wait, oldest first. Other files are left alone. */
export async function waitingMails(stateFolder: string): Promise<WaitingMail[]> {
  const paths = new Map<string, string>()
  for (const folder of (await rememberingFolders(stateFolder)).reverse())
    for (const name of await namesIn(outboxFolder(folder))) paths.set(name, join(outboxFolder(folder), name))
  return [...paths].sort().flatMap(([name, path]) => {
    const parsed = parseMailName(name)
    return parsed ? [{ ...parsed, path }] : []
  })
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  })
}

/** `undefined` where another run has sent it meanwhile. @throws CorruptStateError */
export const readMail = ({ path }: WaitingMail): Promise<Mail | undefined> => readState(path, mailSchema)

/** Note what became of a waiting mail; on the disk when this returns, or in memory where it can't be written. */
export const noteDelivery = (
  stateFolder: string,
  { since, about }: WaitingMail,
  mail: Mail,
  delivery: DeliveryState | undefined,
): Promise<void> => orLastResort(stateFolder, (folder) => write(folder, mailName(since, about), { ...mail, delivery }))

/** Take a mail that was accepted out of the outbox, for good. */
export async function removeMail(
  stateFolder: string,
  { since, about }: Pick<WaitingMail, 'since' | 'about'>,
): Promise<void> {
  // The state folder first: where that fails, what is known of the mail stays known.
  for (const folder of (await rememberingFolders(stateFolder)).reverse()) {
    const outbox = outboxFolder(folder)
    if (!(await namesIn(outbox)).includes(mailName(since, about))) continue
    await remove(join(outbox, mailName(since, about)))
    await syncFolder(outbox)
  }
}

/** Set a mail aside that was given up; answers where it lies from now on. To try it again, move it back. */
export async function setAside(stateFolder: string, place: WaitingMail): Promise<string> {
  const name = mailName(place.since, place.about)
  const { delivery: _, ...mail } = (await readMail(place)) ?? { about: place.about, subject: '', text: '' }
  const kept = await orLastResort(stateFolder, async (folder) => {
    await makeFolder(undeliveredFolder(folder))
    await writeState(join(undeliveredFolder(folder), name), mail)
    return join(undeliveredFolder(folder), name)
  })
  await removeMail(stateFolder, place)
  return kept
}
