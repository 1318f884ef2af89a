import type { Incident } from '../health/alerts.js'
import { localMoment } from '../local-time.js'
import { MINUTE_MS, SECOND_MS } from '../utc.js'
import type { VitalSigns } from './vital-signs.js'

/** What may be wrong with a collector, and whether it is. Left out: not to be known at the moment. */
export type Condition =
  (Incident & { readonly wrong: true }) | { readonly key: string; readonly wrong: false; readonly text: string }

const OF_SYSTEMD =
  '\n\nThe token is a credential that systemd loads when the unit starts. Put the right one into the file that LoadCredential= ' +
  'names; then run systemctl restart collector-collect.service, or wait: the collector starts anew by itself.'

/** A stream that has just come back from a long wait may take so long to bring its first tweet. */
const FIRST_TWEET_MS = 30 * SECOND_MS

interface Findings {
  readonly vitals: VitalSigns
  readonly spoolFolder: string
  /** IANA name, for the times that are shown. */
  readonly timezone: string
  /** Of the spool's disk. */
  readonly freePercent: number
  readonly leastFreePercent: number
  readonly leftFiles: readonly string[]
  /** See `takeIn`. */
  readonly endsWhenRefused?: boolean
}

const wrong = (key: string, subject: string, text: string): Condition => ({ key, wrong: true, subject, text })
const right = (key: string, text: string): Condition => ({ key, wrong: false, text })

/** What must be told of a collector that runs. A silence that has another condition for its cause is none of its own. */
export function conditionsOf(findings: Findings, nowMs: number): Condition[] {
  return [
    ...(bringsTweets(findings.vitals) ? [right('stopped', 'It collects again.')] : []),
    ...refused(findings),
    ...silent(findings, nowMs),
    full(findings),
    low(findings),
    reserve(findings),
    ...clock(findings),
    failing(findings),
  ]
}

/** Only a tweet proves that a connection is any good. */
const bringsTweets = ({ connection, connectedAt, lastTweetAt }: VitalSigns): boolean =>
  connection === 'connected' && lastTweetAt !== undefined && lastTweetAt >= (connectedAt ?? 0)

function refused({ vitals, endsWhenRefused, timezone }: Findings): Condition[] {
  const { refused } = vitals
  if (refused)
    return [
      wrong(
        'refused',
        'X refuses the stream',
        `${refused.message}\n\nSince ${localMoment(refused.since, timezone)}. It is tried again every 15 minutes; nothing is collected meanwhile.${endsWhenRefused ? OF_SYSTEMD : ''}`,
      ),
    ]
  return bringsTweets(vitals) ? [right('refused', 'X gives the stream again.')] : []
}

function silent({ vitals, timezone }: Findings, nowMs: number): Condition[] {
  const { silentSince, refused, pausedSince, connection, connectedAt, lastTweetAt } = vitals
  if (connectedAt !== undefined && nowMs - connectedAt < FIRST_TWEET_MS) return []
  if (silentSince !== undefined && refused === undefined && pausedSince === undefined)
    return [
      wrong(
        'silent',
        'no tweets come',
        `The last tweet came ${localMoment(silentSince, timezone)}, ${Math.round((nowMs - silentSince) / MINUTE_MS)} minutes ago; the connection is ` +
          `${connection === 'connected' ? 'open' : 'not open'}. See the log; the connection is made anew meanwhile, again and again.`,
      ),
    ]
  return silentSince === undefined && lastTweetAt !== undefined ? [right('silent', 'Tweets come again.')] : []
}

function full({ vitals: { pausedSince }, spoolFolder, timezone }: Findings): Condition {
  if (pausedSince === undefined)
    return right('disk-full', 'There is room on the disk again; what X still had was asked for.')
  return diskFull(spoolFolder, localMoment(pausedSince, timezone))
}

/** Nothing can be collected since then (as it is shown), for want of room. */
export const diskFull = (spoolFolder: string, since: string): Condition =>
  wrong(
    'disk-full',
    'the disk is full, nothing is collected',
    `The disk of ${spoolFolder} has been full since ${since}. What was collected is safe. Make room: the collector then ` +
      'goes on by itself, and asks X for the last minutes again.',
  )

function low({ freePercent, leastFreePercent, spoolFolder }: Findings): Condition {
  const free = `${freePercent.toFixed(1)} % of the disk of ${spoolFolder} is free.`
  if (freePercent >= leastFreePercent) return right('disk-low', free)
  return wrong(
    'disk-low',
    'the disk is filling up',
    `${free} [alerts] disk_free_percent is ${leastFreePercent}. Make room before it is full.`,
  )
}

function reserve({ vitals, spoolFolder }: Findings): Condition {
  if (!vitals.lacksReserve) return right('no-reserve', 'The disk has room for the reserve again.')
  return wrong(
    'no-reserve',
    'the disk has no room for the reserve',
    `The disk of ${spoolFolder} has no room for the file of [spool] reserve_mib, which keeps room to seal what is open when the disk is ` +
      'full. Collecting goes on without it. Make room, or set [spool] reserve_mib to less.',
  )
}

function clock({ vitals: { clockFault }, timezone }: Findings): Condition[] {
  if (clockFault === undefined) return []
  if (clockFault === null) return [right('clock', "The machine's clock agrees with the tweets again.")]
  const seconds = Math.round(Math.abs(clockFault.aheadMs) / SECOND_MS)
  return [
    wrong(
      'clock',
      'the clock is wrong',
      `The machine's clock is ${seconds} s ${clockFault.aheadMs > 0 ? 'ahead of' : 'behind'} the times in the tweets, since ` +
        `${localMoment(clockFault.since, timezone)} by that clock. Tweets are filed by their own times all the same; but hours are archived too early or too ` +
        'late, and backfill is asked for wrongly. See timedatectl, and that an NTP service runs.',
    ),
  ]
}

function failing({ leftFiles, spoolFolder }: Findings): Condition {
  if (leftFiles.length === 0)
    return right('disk-fault', 'Every file that the disk had failed could be read and sealed.')
  return wrong(
    'disk-fault',
    'the disk fails',
    `These files in ${spoolFolder} cannot be written or read, and lie as they are: ${leftFiles.join(', ')}. Collecting goes on in ` +
      'other files. Look at the disk (dmesg, smartctl); the files are tried again every minute.',
  )
}
