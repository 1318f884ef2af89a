import { closeIncident, openIncident, settleIncidents, type AlertPlace, type Incident } from '../health/alerts.js'
import { unitKey } from '../health/unit-incident.js'
import type { RunResult } from './run.js'

/** The incident that systemd's unit would open when a run fails: so each is mailed once, whoever notices. */
const HOURS_KEY = unitKey('collector-process-hour.service')
const PUBLISHING_KEY = 'publishing'
const PASSED_OVER_KEY = 'passed-over'
/** Its own, beside the collector's, which compares the clock with the tweets. */
const CLOCK_KEY = 'clock-of-hours'
const MOST_LINES = 10

/**
 * Mail what a person must see to, once an incident: hours that failed or have lost files, and publishing that cannot go on
 * by itself; and that it is over. The mails lie in the outbox when this returns.
 * @throws where the state folder cannot be used
 */
export async function tellTrouble(result: RunResult, place: AlertPlace): Promise<void> {
  const hours = hoursInTrouble(result)
  if (hours) await openIncident(place, hours)
  else await closeIncident(place, HOURS_KEY, 'Every hour that is due is archived.')
  const strange = strangeEntries(result)
  if (strange) await openIncident(place, strange)
  else await closeIncident(place, PASSED_OVER_KEY, 'Nothing is passed over any more.')
  if (result.clock !== null) await openIncident(place, clockInDoubt(result.clock))
  else await closeIncident(place, CLOCK_KEY, 'Nothing speaks against the clock any more.')
  const fatal = result.published?.fatal
  if (fatal !== undefined) await openIncident(place, publishingInTrouble(fatal))
  else if (result.published) await closeIncident(place, PUBLISHING_KEY, 'Publishing goes on.')
  await settleIncidents(place)
}

function hoursInTrouble({ failed, lost, faults }: RunResult): Incident | undefined {
  const lines = [...failed.map(({ hour, reason }) => `${hour}: ${reason}`), ...lost]
  if (lines.length === 0 && faults.length > 0)
    return {
      key: HOURS_KEY,
      subject: 'process-hour: the archive is up to date, a later step failed',
      text: `Every hour that is due is archived. After that:\n\n${faults.join('\n')}`,
    }
  if (lines.length === 0) return undefined
  return {
    key: HOURS_KEY,
    subject: `process-hour: ${lines.length} ${lines.length === 1 ? 'hour needs' : 'hours need'} a look`,
    text: ['These hours were left as they are, or have lost files; all others went on:', '', ...shortened(lines)].join(
      '\n',
    ),
  }
}

function strangeEntries({ passed_over }: RunResult): Incident | undefined {
  if (passed_over.length === 0) return undefined
  const lines = passed_over.map(({ entry, reason }) => `${entry} ${reason}`)
  return {
    key: PASSED_OVER_KEY,
    subject: `process-hour: ${lines.length} ${lines.length === 1 ? 'entry is' : 'entries are'} passed over`,
    text: [
      'These lie in the folders of the spools and are not what belongs there. They were left as they are; everything else',
      "went on. Look at each, and remove it or put right what it is. In server 2's folder only server 2, or somebody who",
      'has its key, can have put it there:',
      '',
      ...shortened(lines),
    ].join('\n'),
  }
}

const clockInDoubt = (reason: string): Incident => ({
  key: CLOCK_KEY,
  subject: 'process-hour: the clock is not believed',
  text: `On server 1 ${reason}.`,
})

const shortened = (lines: readonly string[]): string[] => [
  ...lines.slice(0, MOST_LINES),
  ...(lines.length > MOST_LINES
    ? [`and ${lines.length - MOST_LINES} more: run collector process-hour to see them`]
    : []),
]

const publishingInTrouble = (fatal: string): Incident => ({
  key: PUBLISHING_KEY,
  subject: 'nothing can be published',
  text: `${fatal}\n\nThe archive goes on without it, and what waits goes out once this is mended.`,
})
