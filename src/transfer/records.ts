import { readFile } from '../durable/files.js'
import { join, posix } from 'node:path'
import { namesIn } from '../durable/folder.js'
import { errorCode } from '../operator-error.js'
import { JOURNAL_FOLDER, parseJournalName } from '../spool/journal.js'
import { REJECTED_FOLDER } from '../spool/rejected.js'
import { regularSize } from './local-spool.js'
import { Refusals } from './refusals.js'
import { sendFile } from './remote-file.js'
import type { RemoteSpool } from './remote-spool.js'

const HEARTBEAT_NAME = 'heartbeat.json'

/** The folders of journals and of rejected lines. */
export const RECORD_FOLDERS = [JOURNAL_FOLDER, REJECTED_FOLDER] as const

/** Send what a folder of records holds. They only ever grow: one of the same size is the same. */
export async function sendRecords(remote: RemoteSpool, spool: string, folder: string): Promise<void> {
  const isRecord = (name: string) => parseJournalName(name) !== undefined
  const there = await remote.list(folder, isRecord)
  const refusals = new Refusals()
  const send = async (name: string) => {
    const path = join(spool, folder, name)
    const bytes = await regularSize(path)
    if (bytes !== undefined && there.get(name)?.bytes !== bytes)
      await sendFile(remote, { path, bytes }, posix.join(folder, name))
  }
  for (const name of (await namesIn(join(spool, folder))).filter(isRecord))
    await send(name).catch((error: unknown) => {
      refusals.add(error)
    })
  refusals.throwAny()
}

/** Send the collector's last sign of life, as it stands at this moment. */
export async function sendHeartbeat(remote: RemoteSpool, spool: string): Promise<void> {
  const text = await readFile(join(spool, HEARTBEAT_NAME), 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (text !== undefined) await sendFile(remote, text, HEARTBEAT_NAME)
}
