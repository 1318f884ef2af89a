import { join } from 'node:path'
import { z } from 'zod'
import { makeFolder } from '../durable/folder.js'
import { readState, writeState } from '../durable/state-file.js'
import { dayName } from '../utc.js'

const mailedSchema = z.object({ days: z.array(z.iso.date()) })

const mailedPath = (stateFolder: string): string => join(stateFolder, 'reports-mailed.json')

/** Whether a day's report was put into the outbox before. @throws CorruptStateError */
export async function wasMailed(stateFolder: string, day: number): Promise<boolean> {
  const mailed = await readState(mailedPath(stateFolder), mailedSchema)
  return mailed?.days.includes(dayName(day)) ?? false
}

/** Remember that a day's report is in the outbox; on the disk when this returns. @throws CorruptStateError */
export async function rememberMailed(stateFolder: string, day: number): Promise<void> {
  const mailed = await readState(mailedPath(stateFolder), mailedSchema)
  const days = new Set(mailed?.days).add(dayName(day))
  await makeFolder(stateFolder)
  await writeState(mailedPath(stateFolder), { days: [...days].sort() })
}

/** The youngest day whose report was put into the outbox: `2026-11-21`; `undefined` before the first. @throws CorruptStateError */
export async function lastMailed(stateFolder: string): Promise<string | undefined> {
  return (await readState(mailedPath(stateFolder), mailedSchema))?.days.toSorted().at(-1)
}
