import { snowflakeMs } from '../../../src/simulator/tweets/snowflake.js'
import { examples, type Case } from '../case.js'
import type { Life } from '../life.js'
import type { Event } from '../spool-content.js'

/** Every line of the spool was sent, byte for byte, and is there no more often than it was sent. */
export function keptAsSent({ evidence: { sent, baseUrl }, spool, linesOf }: Case): string[] {
  const changed = spool.lines.filter(({ id, hash }) => sent.hashOf(id) !== hash)
  const strange = spool.lines.filter(({ url }) => !url.startsWith(`${baseUrl}/2/tweets/sample/stream?`))
  const multiplied = [...linesOf].filter(([id, lines]) => lines.length > sent.times(id))
  return [
    ...spool.broken.map((text) => `a line of the spool is broken: ${text}`),
    ...examples(
      'lines of the spool were not sent so',
      changed.map(({ id, file }) => `${id} in ${file}`),
    ),
    ...examples(
      'lines have a wrong __twarc.url',
      strange.map(({ id, url }) => `${id} ${url}`),
    ),
    ...examples(
      'tweets are there more often than sent',
      multiplied.map(([id, { length }]) => `${id}: ${length}`),
    ),
  ]
}

/** What was no tweet is kept apart, no more often than it came, and the journal tells no more than there is. */
export function garbageIsKept({ evidence: { fired }, spool }: Case): string[] {
  const kept = spool.rejected.filter(({ from }) => from === undefined).length
  const sent = fired.filter(({ kind }) => kind === 'garbage-line').length
  const told = spool.journal
    .filter(({ event }) => event === 'rejected')
    .reduce((sum, { lines }) => sum + Number(lines), 0)
  return [
    ...(kept > sent ? [`${kept} lines were rejected, but only ${sent} were garbage`] : []),
    ...(told > spool.rejected.length
      ? [`the journal tells of ${told} rejected lines, kept are ${spool.rejected.length}`]
      : []),
  ]
}

/** Every line lies under its tweet's minute; journal and files say the same; nothing is left open. */
export function filedWell(the: Case): string[] {
  const { spool } = the
  const astray = spool.lines.filter(({ id, file }) => !file.includes(minuteOf(snowflakeMs(id))))
  const sealed = Map.groupBy(
    spool.journal.filter(({ event }) => event === 'sealed'),
    ({ name }) => String(name),
  )
  const unlike = spool.files.filter(({ name, lines, sha256 }) => {
    const last = sealed.get(name)?.at(-1)
    return last?.['sha256'] !== sha256 || last['lines'] !== lines
  })
  const reused = [...sealed].filter(([, events]) => new Set(events.map(({ sha256 }) => sha256)).size > 1)
  const names = new Set(spool.files.map(({ name }) => name))
  const early = spool.journal.filter(
    (event) => event.event === 'sealed' && event['adopted'] !== true && isEarly(event, the),
  )
  return [
    ...examples(
      'lines lie under a wrong minute',
      astray.map(({ id, file }) => `${id} in ${file}`),
    ),
    ...examples(
      'files are not as the journal has them',
      unlike.map(({ name }) => name),
    ),
    ...examples(
      'names were used again for other content',
      reused.map(([name]) => name),
    ),
    ...examples(
      'sealed files are missing',
      [...sealed.keys()].filter((name) => !names.has(name)),
    ),
    ...examples(
      'files are left over',
      spool.strangers.filter((path) => !path.endsWith('batch.json')),
    ),
    ...examples(
      'minutes were sealed before the end of their late window',
      early.map(({ name }) => String(name)),
    ),
  ]
}

const minuteOf = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', '_').replace(':', '-')

/** What is sealed at the end of a life is sealed early; its journal has `stopped` just before, where the disk took it. */
function isEarly(event: Event, { evidence: { plan, lives }, spool: { journal } }: Case): boolean {
  const minute = Date.parse(
    `${String(event['name']).slice(15, 25)}T${String(event['name']).slice(26, 31).replace('-', ':')}:00Z`,
  )
  const dueMs = minute + (1 + plan.lateMinutes) * 60_000
  if (Date.parse(event.at) >= dueMs) return false
  const at = journal.indexOf(event)
  const before = journal.slice(0, at).findLast(({ event: kind }) => kind === 'stopped' || kind === 'started')
  if (before?.event === 'stopped') return false
  const life = lives.find(({ from, until }) => Date.parse(event.at) >= from && Date.parse(event.at) <= until)
  return !life || !couldNotSayStopped(life) || !isClosing(event, life, journal.slice(at))
}

/** The disk has failed the journal, shown by its trace: `stopped` may be the line that it did not take. */
const couldNotSayStopped = ({ diskFailures }: Life): boolean =>
  diskFailures.some(({ path }) => path.includes('/journal'))

/** It seals and does nothing else any more: it was asked to stop, or has given up. */
function isClosing(event: Event, life: Life, rest: readonly Event[]): boolean {
  const nextStart = rest.findIndex(({ event: kind }) => kind === 'started')
  const own = rest.slice(0, nextStart < 0 ? rest.length : nextStart)
  const asked = life.ended === 'by itself' || Date.parse(event.at) >= life.askedAt
  return asked && own.every((later) => later.event === 'sealed' || isOfAdoption(later))
}

/** The next start adopts before it says `started`. */
const isOfAdoption = ({ event, reason }: Event): boolean =>
  event === 'rejected' && String(reason).endsWith('left open by a crash')
