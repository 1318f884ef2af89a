import type { OsfSettings } from '../../settings/settings.js'
import { HOUR_MS, isoSeconds } from '../../utc.js'
import { countHours, countIds, type Dataset } from './dataset.js'
import { hourFields, idFields, reportFields, type Field } from './fields.js'
import { HOURS_TABLE } from './hours-table.js'

export const DATA_PACKAGE = 'datapackage.json'

const PROFILES = 'https://datapackage.org/profiles/2.0'

export interface PackageFacts {
  readonly dataset: Dataset
  readonly settings: OsfSettings
  /** The day reports that are published, by their path. */
  readonly reports: readonly string[]
  /** `hours.csv` as it is published. */
  readonly table: { readonly bytes: number; readonly sha256: string }
  readonly nowMs: number
}

/** `datapackage.json`, after Data Package 2.0 (datapackage.org). Resources without a file are left out. */
export function dataPackage(facts: PackageFacts): string {
  const { dataset, settings, nowMs } = facts
  const { hours, writers } = dataset
  const descriptor = {
    $schema: `${PROFILES}/datapackage.json`,
    name: `sampled-stream-${settings.project}`,
    title: settings.title,
    description:
      'IDs of the posts that the sampled stream of the X API v2 delivered, hour by hour. README.md tells more.',
    homepage: `https://osf.io/${settings.project}/`,
    created: isoSeconds(nowMs),
    keywords: ['X', 'Twitter', 'sampled stream', 'post IDs'],
    ...(settings.licence !== undefined && { licenses: [licenceEntry(settings.licence)] }),
    sources: [{ title: 'X API v2, sampled stream', path: 'https://docs.x.com/x-api/posts/stream-sampled-posts' }],
    collection: {
      since: isoSeconds(hours[0]?.hour ?? nowMs),
      until: isoSeconds((hours.at(-1)?.hour ?? nowMs) + HOUR_MS),
      ids: countIds(dataset),
      hours_published: countHours(dataset, 'published'),
      hours_pending: countHours(dataset, 'pending'),
      hours_empty: countHours(dataset, 'empty'),
      hours_missing: countHours(dataset, 'missing'),
      programs: writers.map(({ version, compressor, since }) => ({ version, compressor, since: isoSeconds(since) })),
      basis_for_sharing: settings.basis,
    },
    resources: resources(facts),
  }
  return `${JSON.stringify(descriptor, null, 1)}\n`
}

const licenceEntry = (licence: string) => (/^https?:/.test(licence) ? { path: licence } : { name: licence })

function resources({ dataset, reports, table }: PackageFacts): object[] {
  const idFiles = dataset.hours.flatMap(({ state, ids }) => (state === 'published' && ids ? [ids.path] : []))
  return [
    {
      ...resource('hours', 'Every hour of the collection: what is published of it, and what is missing', hourFields),
      path: HOURS_TABLE,
      format: 'csv',
      mediatype: 'text/csv',
      encoding: 'utf-8',
      bytes: table.bytes,
      hash: `sha256:${table.sha256}`,
    },
    ...filesResource(idFiles, {
      ...resource('ids', 'IDs, a file an hour; text without a header, compressed with xz', idFields),
      format: 'txt',
      mediatype: 'application/x-xz',
      compression: 'xz',
      dialect: { header: false },
    }),
    ...filesResource(reports, {
      ...resource('reports', 'What each server received, a file a day', reportFields(dataset.redundant)),
      format: 'tsv',
      mediatype: 'text/tab-separated-values',
      encoding: 'utf-8',
      dialect: { delimiter: '\t' },
    }),
  ]
}

const resource = (name: string, title: string, fields: readonly Field[]) => ({
  $schema: `${PROFILES}/dataresource.json`,
  name,
  type: 'table',
  title,
  schema: { $schema: `${PROFILES}/tableschema.json`, fields, missingValues: [''] },
})

/** A list of files must not be empty. */
const filesResource = (path: readonly string[], rest: object): object[] => (path.length > 0 ? [{ path, ...rest }] : [])
