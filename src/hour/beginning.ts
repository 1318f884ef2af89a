import { journalDays, readJournal } from '../spool/journal.js'
import { receiptHours } from '../spool/receipt.js'
import { spoolHours } from '../spool/spool-files.js'
import { hourOf } from '../utc.js'

/** The first hour of which there is a trace: a book, a receipt, a journal or a minute file; `undefined` before the collection. */
export async function beginning(
  spools: readonly string[],
  bookedHours: readonly number[],
): Promise<number | undefined> {
  const traces = [...bookedHours.slice(0, 1)]
  for (const spool of spools) {
    traces.push(...(await spoolHours(spool)).slice(0, 1), ...(await receiptHours(spool)).slice(0, 1))
    const [firstDay] = await journalDays(spool)
    if (firstDay === undefined) continue
    for await (const { at } of readJournal(spool, firstDay)) {
      traces.push(hourOf(Date.parse(at)))
      break
    }
  }
  return traces.length === 0 ? undefined : Math.min(...traces)
}
