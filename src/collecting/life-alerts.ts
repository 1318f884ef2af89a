import { isOpen, tellOf } from '../health/alerts.js'
import { localMoment } from '../local-time.js'
import { errorText, ExitCode, OperatorError } from '../operator-error.js'
import { HOUR_MS, SECOND_MS } from '../utc.js'
import type { Alarms } from './alarms.js'
import type { LastRun } from './last-run.js'

/** The incident of a collector that does not run, or not for long. */
const STOPPED = 'stopped'

/** How long a failing collector may try to send word of it before it ends. */
const LAST_WORDS_MS = 5 * SECOND_MS

/** Tell that the collector runs; after a run that broke off, that this had happened, once for any number of starts. */
export function tellOfStart(
  alarms: Pick<Alarms, 'raise'>,
  { brokenOff }: LastRun,
  { nowMs, timezone }: { nowMs: number; timezone: string },
): void {
  const shown = (ms: number) => localMoment(ms, timezone)
  if (!brokenOff) {
    const started = { key: 'started', subject: 'started', text: `The collector was started ${shown(nowMs)}.` }
    // Of a collector that is started anew for the sake of a token that X refuses, its refusal is told.
    alarms.raise(started, async (place, incident) => {
      if (!(await isOpen(place, 'refused'))) await tellOf(place, incident, HOUR_MS)
    })
    return
  }
  const { lastSignMs } = brokenOff
  alarms.raise({
    key: STOPPED,
    subject: 'had stopped unexpectedly',
    text:
      `The collector had ended without being asked to${lastSignMs === undefined ? '' : `; its last sign of life is of ${shown(lastSignMs)}`}. ` +
      `It was started again ${shown(nowMs)}, adopts what was left open, and asks X for up to five minutes of what it missed.`,
  })
}

/** Tell that the collector ends by a fault, if that can be told at all. A second collector on a spool is no fault. */
export async function tellOfEnd(alarms: Pick<Alarms, 'raise' | 'send'>, error: unknown): Promise<void> {
  if (error instanceof OperatorError && error.exitCode === ExitCode.temporary) return
  alarms.raise({
    key: STOPPED,
    subject: 'stopped unexpectedly',
    text: `The collector ends: ${errorText(error)}\n\nWhat was collected is kept. Where systemd runs it, it is started again.`,
  })
  await alarms.send(AbortSignal.timeout(LAST_WORDS_MS))
}
