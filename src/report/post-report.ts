import type { Mail } from '../health/mail/mail.js'
import { putIntoOutbox, removeMail, waitingMails } from '../health/mail/outbox.js'
import { dayName } from '../utc.js'
import { mailedBefore, rememberMailed } from './mailed-reports.js'

/** A report that changes more often than this is not mailed again: the books have it. */
const MOST_MAILS = 6

export interface ReportToPost {
  readonly day: number
  readonly mail: Mail
  /** See `factsOf`. */
  readonly facts: string
}

/**
 * Put a day's report into the outbox, once; once more as a correction each time that it tells something else than was mailed. One
 * that still waits there is brought up to date instead. `again`: also where nothing has changed. Returns whether it was put there.
 */
export async function postReport(
  stateFolder: string,
  { day, mail, facts }: ReportToPost,
  { nowMs, again }: { nowMs: number; again: boolean },
): Promise<boolean> {
  const before = await mailedBefore(stateFolder, day)
  if (before && !again && (before.facts === undefined || before.facts === facts)) return false
  const waits = before !== undefined && (await waitingMails(stateFolder)).some(({ about }) => about === mail.about)
  const mails = before === undefined ? 1 : before.mails + (waits ? 0 : 1)
  if (mails > MOST_MAILS && !again) return false
  const isCorrection = mails > 1 && before?.facts !== facts
  await putIntoOutbox(stateFolder, isCorrection ? correction(day, mail) : mail, nowMs)
  try {
    await rememberMailed(stateFolder, day, { facts, mails })
  } catch (error) {
    // Sent without a note of it, it would be sent again by every run.
    await removeMail(stateFolder, { since: nowMs, about: mail.about })
    throw error
  }
  return true
}

const correction = (day: number, mail: Mail): Mail => ({
  ...mail,
  subject: mail.subject.replace(`${dayName(day)}: `, `${dayName(day)}, corrected: `),
  text: `This corrects the report of ${dayName(day)} that was mailed before.\nIts hours have changed since.\n\n${mail.text}`,
})
