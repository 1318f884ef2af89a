import type { OsfSettings } from '../../settings/settings.js'
import { HOUR_MS, hourName, isoSeconds } from '../../utc.js'
import { countHours, countIds, type Dataset, type DatasetHour, type HourState } from './dataset.js'
import { hourFields, idFields, reportFields, type Field } from './fields.js'

export const README = 'README.md'

const MOST_GAPS = 40

/** `README.md`: the data set, for a person who finds it. */
export function readme(dataset: Dataset, settings: OsfSettings, nowMs: number): string {
  return [
    `# ${settings.title}`,
    ...whatItIs(dataset, nowMs),
    '## Files',
    ...files(dataset),
    '## Gaps',
    ...gaps(dataset),
    '## How it was collected',
    ...howCollected(dataset),
    '## Getting the posts',
    ...HYDRATING,
    '## Basis for sharing, and licence',
    settings.basis,
    settings.licence === undefined ? 'No licence is declared.' : `Licence: ${settings.licence}`,
  ]
    .map((paragraph) => `${paragraph}\n`)
    .join('\n')
}

function whatItIs(dataset: Dataset, nowMs: number): string[] {
  const first = dataset.hours[0]?.hour ?? nowMs
  const end = (dataset.hours.at(-1)?.hour ?? nowMs) + HOUR_MS
  return [
    'IDs of the posts that the sampled stream of the X API v2 delivered (about one percent of all public posts, chosen by ' +
      'X), hour by hour, from ' +
      `${isoSeconds(first)} to ${isoSeconds(end)}. All times are UTC.`,
    `${grouped(countIds(dataset))} IDs in ${grouped(countHours(dataset, 'published'))} of ` +
      `${grouped(dataset.hours.length)} hours. As of ${isoSeconds(nowMs)}; this page is renewed once a day.`,
  ]
}

const files = ({ redundant }: Dataset): string[] => [
  '`YYYY/MM/DD/YYYY-MM-DD_HH_IDs.txt.xz`: the IDs of an hour, one a line, compressed with xz. A post belongs to the hour ' +
    'in which it was made, which its ID tells, whenever it was received.',
  table(idFields),
  '`YYYY/MM/DD/YYYY-MM-DD_report.txt`: what was received in each hour of a day; tab-separated.',
  table(reportFields(redundant)),
  '`hours.csv`: a row for every hour since the beginning, with the SHA-256 of its file.',
  table(hourFields),
  '`datapackage.json`: the same for programs, as a Data Package (https://datapackage.org).',
]

const table = (fields: readonly Field[]): string =>
  [
    '| column | type | |',
    '| --- | --- | --- |',
    ...fields.map(({ name, type, description }) => `| ${name} | ${type} | ${description} |`),
  ].join('\n')

function gaps(dataset: Dataset): string[] {
  const found = (['missing', 'empty', 'pending'] as const).flatMap((state) => runs(dataset, state))
  if (found.length === 0) return ['None: every hour is here.']
  const lines = found.slice(0, MOST_GAPS).map((line) => `- ${line}`)
  return [
    `${grouped(dataset.hours.length - countHours(dataset, 'published'))} hours have no file:`,
    [...lines, ...(found.length > MOST_GAPS ? [`- ${found.length - MOST_GAPS} more: see hours.csv`] : [])].join('\n'),
  ]
}

/** Neighbouring hours of a state as one line: `missing: 2026-11-21_13 to 2026-11-21_15 (3 hours)`. */
function runs({ hours }: Dataset, state: HourState): string[] {
  const found: { first: DatasetHour; last: DatasetHour; count: number }[] = []
  for (const [index, hour] of hours.entries()) {
    if (hour.state !== state) continue
    const run = found.at(-1)
    if (run && hours[index - 1]?.state === state) Object.assign(run, { last: hour, count: run.count + 1 })
    else found.push({ first: hour, last: hour, count: 1 })
  }
  return found.map(({ first, last, count }) =>
    count === 1
      ? `${state}: ${hourName(first.hour)}`
      : `${state}: ${hourName(first.hour)} to ${hourName(last.hour)} (${grouped(count)} hours)`,
  )
}

const howCollected = ({ redundant, writers }: Dataset): string[] => [
  redundant
    ? 'Two servers read the stream at the same time; a post that either received is here once. `hours.csv` tells how many ' +
      'only one of them received: a measure of what a single connection loses.'
    : 'One server read the stream. What was sent while it was not connected, and could not be asked for again, is not here.',
  'After a lost connection the last minutes were asked for again where X allowed it. Lines that could not be read were put ' +
    'aside and counted. Posts that came late were added in a later revision of their hour.',
  [
    'Programs, by the first hour that each wrote:',
    '',
    ...writers.map(
      ({ version, compressor, since }) => `- ${hourName(since)}: sampled-stream-collector ${version}, ${compressor}`,
    ),
  ].join('\n'),
]

const HYDRATING: readonly string[] = [
  'Only IDs are shared. To get the posts, ask X for them with an access of your own, for example with ' +
    '[twarc](https://twarc-project.readthedocs.io):',
  '```sh\nxz -dc 2026-11-21_13_IDs.txt.xz > ids.txt\ntwarc2 hydrate ids.txt posts.jsonl\n```',
  'Posts that were deleted or made private since do not come back, as their authors wish. X bills and limits such requests.',
]

const grouped = (count: number): string => count.toLocaleString('en-US')
