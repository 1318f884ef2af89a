import type { OsfSettings } from '../../settings/settings.js'
import { HOUR_MS, isoSeconds } from '../../utc.js'
import { countFiles, countHours, countIds, DATASET_STATES, type Dataset } from './dataset.js'
import { gapFields, hourFields, idFields, reportFields, type Field } from './fields.js'
import { GAPS_TABLE } from './gaps-table.js'
import { HOURS_TABLE } from './hours-table.js'

export const DATA_PACKAGE = 'datapackage.json'

/** The name under which it is told which program wrote a file. */
export const PROGRAM = 'sampled-stream-collector'

const PROFILES = 'https://datapackage.org/profiles/2.0'

export interface PackageFacts {
  readonly dataset: Dataset
  readonly settings: OsfSettings
  /** The day reports that are published, by their path. */
  readonly reports: readonly string[]
  /** `hours.csv` and `gaps.csv` as they are published. */
  readonly tables: Readonly<Record<'hours' | 'gaps', { readonly bytes: number; readonly sha256: string }>>
  /** This program's. */
  readonly version: string
  readonly nowMs: number
}

/** `datapackage.json`, after Data Package 2.0 (datapackage.org). Resources without a file are left out. */
export function dataPackage(facts: PackageFacts): string {
  const { settings, nowMs } = facts
  const { license, citation, funding } = settings
  const descriptor = {
    $schema: `${PROFILES}/datapackage.json`,
    name: `sampled-stream-${settings.project}`,
    title: settings.title,
    description:
      'IDs of the posts that the sampled stream of the X API v2 delivered, hour by hour. README.md tells more.',
    homepage: `https://osf.io/${settings.project}/`,
    created: isoSeconds(nowMs),
    keywords: ['X', 'Twitter', 'sampled stream', 'post IDs'],
    ...listOf('contributors', contributors(settings)),
    ...(license !== undefined && { licenses: [licenseEntry(license)] }),
    ...(citation !== undefined && { citation }),
    ...(funding !== undefined && { funding }),
    sources: [{ title: 'X API v2, sampled stream', path: 'https://docs.x.com/x-api/posts/stream-sampled-posts' }],
    collection: collection(facts),
    resources: resources(facts),
  }
  return `${JSON.stringify(descriptor, null, 1)}\n`
}

/** A list must not be empty. */
const listOf = (name: string, list: readonly object[]): object => (list.length > 0 ? { [name]: list } : {})

/** Who made the data set and who answers for it. `role` is Data Package 1's, which some programs still read. */
const contributors = ({ creators, contact }: OsfSettings): object[] => [
  ...creators.map((title) => ({ title, role: 'author', roles: ['creator'] })),
  ...(contact === undefined
    ? []
    : [
        {
          title: contact,
          role: 'contributor',
          roles: ['contactPoint'],
          ...(contact.includes('@') ? { email: contact } : { path: contact }),
        },
      ]),
]

function collection({ dataset, settings, version, nowMs }: PackageFacts): object {
  const { hours, writers } = dataset
  const states = DATASET_STATES.map((state) => [`hours_${state.replace(' ', '_')}`, countHours(dataset, state)])
  return {
    since: isoSeconds(hours[0]?.hour ?? nowMs),
    until: isoSeconds((hours.at(-1)?.hour ?? nowMs) + HOUR_MS),
    ids: countIds(dataset),
    hours_published: countFiles(dataset, 'published'),
    hours_pending: countFiles(dataset, 'pending'),
    ...(Object.fromEntries(states) as object),
    program: { name: PROGRAM, version, ...(settings.programUrl !== undefined && { path: settings.programUrl }) },
    programs: writers.map(({ since, ...writer }) => ({ ...writer, since: isoSeconds(since) })),
    basis_for_sharing: settings.basis,
  }
}

const licenseEntry = (license: string) => (/^https?:/.test(license) ? { path: license } : { name: license })

function resources({ dataset, reports, tables }: PackageFacts): object[] {
  const idFiles = dataset.hours.flatMap(({ ids }) => (ids?.is === 'published' ? [ids.path] : []))
  return [
    {
      ...resource('hours', 'Every hour of the collection, its state and its file', hourFields),
      ...csvFile(HOURS_TABLE, tables.hours),
    },
    {
      ...resource('gaps', 'When a server, or nobody, heard the stream, and why', gapFields),
      ...csvFile(GAPS_TABLE, tables.gaps),
    },
    ...filesResource(idFiles, {
      ...resource('ids', 'IDs, a file an hour; one column without a header, compressed with xz', idFields),
      format: 'csv',
      mediatype: 'application/x-xz',
      encoding: 'utf-8',
      dialect: { header: false },
    }),
    ...filesResource(reports, {
      ...resource('reports', 'What each server received, a file a day', reportFields(dataset.redundant)),
      // Of 'tsv' frictionless takes the header of each further file for a row.
      format: 'csv',
      mediatype: 'text/tab-separated-values',
      encoding: 'utf-8',
      dialect: { delimiter: '\t' },
    }),
  ]
}

const csvFile = (path: string, { bytes, sha256 }: { bytes: number; sha256: string }) => ({
  path,
  format: 'csv',
  mediatype: 'text/csv',
  encoding: 'utf-8',
  bytes,
  hash: `sha256:${sha256}`,
})

const resource = (name: string, title: string, fields: readonly Field[]) => ({
  $schema: `${PROFILES}/dataresource.json`,
  name,
  type: 'table',
  title,
  schema: { $schema: `${PROFILES}/tableschema.json`, fields, missingValues: [''] },
})

/** A list of files must not be empty. */
const filesResource = (path: readonly string[], rest: object): object[] => (path.length > 0 ? [{ path, ...rest }] : [])
