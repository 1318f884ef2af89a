import { join } from 'node:path'
import { z } from 'zod'
import { makeFolder } from '../durable/folder.js'
import { readState, writeState } from '../durable/state-file.js'
import { hourName, parseHourName } from '../utc.js'
import { namesIn } from '../durable/folder.js'

/** Server 1's answer to an hour's batch: what of it is archived for good, and what came broken and is wanted again. */
export const receiptSchema = z.object({
  /** `2026-11-21_13` */
  hour: z.string(),
  /** The archived hour's revision. */
  revision: z.int().nonnegative(),
  files: z.array(z.object({ name: z.string(), sha256: z.string() })),
  refused: z.array(z.object({ name: z.string(), sha256: z.string(), reason: z.string() })),
})

export type Receipt = z.infer<typeof receiptSchema>

export const RECEIPTS_FOLDER = 'receipts'

/** `2026-11-21_13.json` */
export const receiptName = (hour: number): string => `${hourName(hour)}.json`

/** The hour of a receipt's name, `undefined` for strangers. */
export const parseReceiptName = (name: string): number | undefined =>
  name.endsWith('.json') ? parseHourName(name.slice(0, -'.json'.length)) : undefined

const receiptPath = (spool: string, hour: number): string => join(spool, RECEIPTS_FOLDER, receiptName(hour))

/** @throws CorruptStateError */
export const readReceipt = (spool: string, hour: number): Promise<Receipt | undefined> =>
  readState(receiptPath(spool, hour), receiptSchema)

/** The receipt as it lies there, in one line of JSON; `undefined` where there is none, or a damaged one. */
export async function receiptText(spool: string, hour: number): Promise<string | undefined> {
  const receipt = await readReceipt(spool, hour).catch(() => undefined)
  return receipt && JSON.stringify(receipt)
}

export async function writeReceipt(spool: string, hour: number, receipt: Receipt): Promise<void> {
  await makeFolder(join(spool, RECEIPTS_FOLDER))
  await writeState(receiptPath(spool, hour), receipt)
}

/** The hours for which a spool has a receipt, oldest first. */
export async function receiptHours(spool: string): Promise<number[]> {
  const names = await namesIn(join(spool, RECEIPTS_FOLDER))
  return names.map(parseReceiptName).filter((hour) => hour !== undefined)
}
