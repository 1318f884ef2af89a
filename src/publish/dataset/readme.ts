import type { OsfSettings } from '../../settings/settings.js'
import { HOUR_MS, hourName, isoSeconds, SECOND_MS } from '../../utc.js'
import { PROGRAM } from './data-package.js'
import {
  countFiles,
  countHours,
  countIds,
  countUncounted,
  DATASET_STATES,
  type Dataset,
  type DatasetHour,
} from './dataset.js'
import { gapFields, hourFields, idFields, reportFields, type Field } from './fields.js'
import { unheard } from './gaps-table.js'

export const README = 'README.md'

const MOST_GAPS = 40

/** `README.md`: the data set, for a person who finds it. */
export function readme(dataset: Dataset, settings: OsfSettings, version: string, nowMs: number): string {
  const { creators, contact, citation, funding, license } = settings
  return [
    `# ${settings.title}`,
    ...(creators.length > 0 ? [`By ${creators.join('; ')}.`] : []),
    ...whatItIs(dataset, nowMs),
    '## Files',
    ...files(dataset),
    '## Gaps',
    ...gaps(dataset),
    '## How it was collected',
    ...howCollected(dataset),
    `This page was written by ${PROGRAM} ${version}${settings.programUrl === undefined ? '' : `, ${settings.programUrl}`}.`,
    '## Getting the posts',
    ...hydrating(dataset),
    ...section('Citation', citation),
    ...section('Contact', contact),
    ...section('Funding', funding),
    '## Basis for sharing, and licence',
    settings.basis,
    license === undefined ? 'No licence is declared.' : `Licence: ${license}`,
  ]
    .map((paragraph) => `${paragraph}\n`)
    .join('\n')
}

const section = (title: string, text: string | undefined): string[] => (text === undefined ? [] : [`## ${title}`, text])

function whatItIs(dataset: Dataset, nowMs: number): string[] {
  const uncounted = countUncounted(dataset)
  const others = uncounted === 0 ? '' : ` (how many are in ${grouped(uncounted)} of them is not known)`
  const first = dataset.hours[0]?.hour ?? nowMs
  const end = (dataset.hours.at(-1)?.hour ?? nowMs) + HOUR_MS
  return [
    'IDs of the posts that the sampled stream of the X API v2 delivered (about one percent of all public posts, chosen by ' +
      'X), hour by hour, from ' +
      `${isoSeconds(first)} to ${isoSeconds(end)}. All times are UTC.`,
    `${grouped(countIds(dataset))} IDs in ${grouped(countFiles(dataset, 'published'))} files${others}, of ` +
      `${grouped(dataset.hours.length)} hours. As of ${isoSeconds(nowMs)}; this page is renewed once a day, the others with each change.`,
  ]
}

const files = ({ redundant }: Dataset): string[] => [
  '`YYYY/MM/DD/YYYY-MM-DD_HH_IDs.txt.xz`: the IDs of an hour, one a line, compressed with xz. A post belongs to the hour ' +
    'in which it was made, which its ID tells, whenever it was received.',
  table(idFields),
  '`YYYY/MM/DD/YYYY-MM-DD_report.txt`: what was received in each hour of a day; tab-separated.',
  table(reportFields(redundant)),
  '`hours.csv`: a row for every hour since the beginning, with its state and the SHA-256 of its file.',
  table(hourFields),
  '`gaps.csv`: when a server did not hear the stream, or nobody did, and why.',
  table(gapFields),
  '`datapackage.json`: the same for programs, as a Data Package (https://datapackage.org).',
]

const table = (fields: readonly Field[]): string =>
  [
    '| column | type | |',
    '| --- | --- | --- |',
    ...fields.map(({ name, type, description }) => `| ${name} | ${type} | ${description} |`),
  ].join('\n')

/** Complete or empty, an hour has no gap; of the others these pages tell. */
function gaps(dataset: Dataset): string[] {
  const counts = DATASET_STATES.map((state) => [state, countHours(dataset, state)] as const).filter(
    ([, count]) => count > 0,
  )
  const found = DATASET_STATES.filter((state) => state !== 'complete').flatMap((state) =>
    runs(dataset, state, (hour) => hour.state === state),
  )
  const pending = runs(dataset, 'not uploaded yet', ({ ids }) => ids?.is === 'pending')
  const lines = [...found, ...pending].map((line) => `- ${line}`)
  return [
    counts
      .map(([state, count]) => `${grouped(count)} of ${grouped(dataset.hours.length)} hours ${are(count)} ${state}.`)
      .join('\n'),
    ...(lines.length === 0 ? ['No gaps: at every moment a server heard the stream, and every hour is here.'] : []),
    ...(lines.length > 0
      ? [
          `${unheardText(dataset)} \`hours.csv\` tells what each state means, \`gaps.csv\` when and why nobody heard the stream.`,
          [
            ...lines.slice(0, MOST_GAPS),
            ...(lines.length > MOST_GAPS ? [`- ${grouped(lines.length - MOST_GAPS)} more: see hours.csv`] : []),
          ].join('\n'),
        ]
      : []),
  ]
}

const are = (count: number): string => (count === 1 ? 'is' : 'are')

function unheardText(dataset: Dataset): string {
  const seconds = Math.ceil(unheard(dataset).reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0) / SECOND_MS)
  return seconds === 0
    ? 'There is no second of which it is not known that a server heard the stream.'
    : `In ${grouped(seconds)} seconds nobody heard the stream, or it is not known that anybody did.`
}

/** Neighbouring hours as one line: `partial: 2026-11-21_13 to 2026-11-21_15 (3 hours)`. */
function runs({ hours }: Dataset, word: string, isOne: (hour: DatasetHour) => boolean): string[] {
  const found: { first: number; last: number }[] = []
  for (const hour of hours) {
    if (!isOne(hour)) continue
    const run = found.at(-1)
    if (run?.last === hour.hour - HOUR_MS) run.last = hour.hour
    else found.push({ first: hour.hour, last: hour.hour })
  }
  return found.map(({ first, last }) =>
    first === last
      ? `${word}: ${hourName(first)}`
      : `${word}: ${hourName(first)} to ${hourName(last)} (${grouped((last - first) / HOUR_MS + 1)} hours)`,
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
    ...writers.map(({ version, compressor, since }) => `- ${hourName(since)}: ${PROGRAM} ${version}, ${compressor}`),
  ].join('\n'),
]

/** With a file that is here. */
function hydrating({ hours }: Dataset): string[] {
  const path = hours.findLast(({ ids }) => ids?.is === 'published')?.ids?.path
  if (path === undefined) return ['No IDs are here yet.']
  return [
    'Only IDs are shared. To get the posts, ask X for them with an access of your own, for example with ' +
      '[twarc](https://twarc-project.readthedocs.io):',
    `\`\`\`sh\nxz -dc ${path} > ids.txt\ntwarc2 hydrate ids.txt posts.jsonl\n\`\`\``,
    'Posts that were deleted or made private since do not come back, as their authors wish. X bills and limits such ' +
      'requests. In a table made of them, `lang` is the language that X recognised in a post, not that of its author.',
  ]
}

const grouped = (count: number): string => count.toLocaleString('en-US')
