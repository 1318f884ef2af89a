import { z } from 'zod'
import { parseState, stateText } from '../durable/state-file.js'
import { UntrustedFolder } from '../durable/untrusted-folder.js'
import { OperatorError } from '../operator-error.js'
import { hourName, parseHourName } from '../utc.js'

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

/** What a receipt of more files than a batch may have would take. */
const MOST_BYTES = 16 << 20

/** @throws CorruptStateError, StrangeEntryError */
export async function readReceipt(spool: string, hour: number): Promise<Receipt | undefined> {
  await using folder = await UntrustedFolder.open(spool, RECEIPTS_FOLDER)
  await using file = await folder?.file(receiptName(hour), { mostBytes: MOST_BYTES })
  return file && parseState(file.path, await file.text(), receiptSchema)
}

/** The receipt as it lies there, in one line of JSON; `undefined` where there is none, or a damaged one. */
export async function receiptText(spool: string, hour: number): Promise<string | undefined> {
  const receipt = await readReceipt(spool, hour).catch((error: unknown) => {
    if (error instanceof OperatorError) return undefined
    throw error
  })
  return receipt && JSON.stringify(receipt)
}

/** It appears whole. @throws StrangeEntryError where it cannot be put there */
export const writeReceipt = (spool: string, hour: number, receipt: Receipt): Promise<void> =>
  writeAnswer(spool, receiptName(hour), receipt)

/** Put a JSON file among server 1's answers; it appears whole. @throws StrangeEntryError where it cannot be put there */
export async function writeAnswer(spool: string, name: string, value: unknown): Promise<void> {
  await using top = await UntrustedFolder.open(spool)
  await using folder = await top?.makeFolder(RECEIPTS_FOLDER)
  await folder?.writeWhole(name, stateText(value))
}

/** Take a receipt away, where there is one. @throws StrangeEntryError */
export async function removeReceipt(spool: string, hour: number): Promise<void> {
  await using folder = await UntrustedFolder.open(spool, RECEIPTS_FOLDER)
  await folder?.remove(receiptName(hour))
  await folder?.sync()
}

/** The hours for which a spool has a receipt, oldest first. @throws StrangeEntryError */
export async function receiptHours(spool: string): Promise<number[]> {
  await using folder = await UntrustedFolder.open(spool, RECEIPTS_FOLDER)
  const names = (await folder?.names((name) => parseReceiptName(name) !== undefined)) ?? []
  return names.map(parseReceiptName).filter((hour) => hour !== undefined)
}
