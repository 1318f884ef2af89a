import { errorCode, errorText, OperatorError } from '../operator-error.js'
import { removeOutdatedRecords } from '../spool/kept-records.js'
import type { HourContext } from './hour-context.js'

/**
 * Remove receipts, journals and rejected lines that are older than they are kept, from both spools on server 1. A disk
 * that won't is logged; never thrown.
 */
export async function removeOldRecords({ spools, clock, log, passedOver }: HourContext): Promise<void> {
  for (const { folder } of spools) {
    try {
      const files = await removeOutdatedRecords(folder, clock.now(), passedOver.tell)
      if (files > 0) log.info({ folder, files }, 'removed records that are older than they are kept')
    } catch (error) {
      if (errorCode(error) === undefined && !(error instanceof OperatorError)) throw error
      log.warn({ folder, reason: errorText(error) }, 'old records could not be removed')
    }
  }
}
