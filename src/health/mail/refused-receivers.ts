import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { readState, writeState } from '../../durable/state-file.js'
import { orLastResort } from '../last-resort.js'
import { putIntoOutbox } from './outbox.js'

const refusedSchema = z.record(z.string(), z.object({ since: z.iso.datetime(), words: z.string() }))

const pathIn = (stateFolder: string): string => join(stateFolder, 'refused-receivers.json')

/**
 * Tell the other receivers who gets no mail and why, in the mail server's words: once, until a mail to that receiver is
 * accepted again. The mail about it is in the outbox when this returns.
 */
export async function tellOfRefused(
  stateFolder: string,
  { accepted, refused }: { accepted: readonly string[]; refused: ReadonlyMap<string, string> },
  nowMs: number,
): Promise<void> {
  const known = (await readState(pathIn(stateFolder), refusedSchema).catch(() => undefined)) ?? {}
  const news = [...refused].filter(([receiver]) => !Object.hasOwn(known, receiver))
  const still = Object.entries(known).filter(([receiver]) => !accepted.includes(receiver))
  if (news.length === 0 && still.length === Object.keys(known).length) return
  for (const [receiver, words] of news) await putIntoOutbox(stateFolder, noticeOf(receiver, words), nowMs)
  const since = new Date(nowMs).toISOString()
  const now = Object.fromEntries([...still, ...news.map(([receiver, words]) => [receiver, { since, words }] as const)])
  await orLastResort(stateFolder, (folder) => writeState(pathIn(folder), now))
}

const noticeOf = (receiver: string, words: string) => ({
  about: `refused-${createHash('sha256').update(receiver).digest('hex').slice(0, 12)}`,
  subject: `collector: ${receiver} gets no mail`,
  text: [
    `The mail server refuses mail to ${receiver}, one of the receivers in [mail] to on ${hostname()}. It says:`,
    '',
    `    ${words}`,
    '',
    'The other receivers get every mail. Correct the address or take it out; you are told again only after it has worked.',
    '',
  ].join('\n'),
})
