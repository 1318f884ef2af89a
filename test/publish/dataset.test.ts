import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { beginningFor } from '../../src/hour/beginning.js'
import { hourFolder, minuteFileName } from '../../src/spool/minute-name.js'
import { DAY_MS, HOUR_MS } from '../../src/utc.js'
import { publishDays } from '../../src/publish/publish-days.js'
import type { DatasetHour } from '../../src/publish/dataset/dataset.js'
import { gapsTable } from '../../src/publish/dataset/gaps-table.js'
import type { OsfSettings } from '../../src/settings/settings.js'
import { bookPath } from '../../src/vault/book.js'
import { HOUR } from '../support/hour-world.js'
import { payload } from '../support/tweets.js'
import { descriptorFaults, type Descriptor } from './data-package-rules.js'
import { publishWorld } from './publish-world.js'

type World = Awaited<ReturnType<typeof publishWorld>>

const text = (world: World, name: string) => readFile(join(world.osf.folder, 'osf', 'files', name), 'utf8')
const descriptor = async (world: World) => JSON.parse(await text(world, 'datapackage.json')) as Descriptor

test('the description is a Data Package: every rule of the standard holds, and every file it names is there', async () => {
  await using world = await publishWorld()
  await world.report('2026-11-21', 'hour\ttweets\n13\t3\n14\t3\n')
  await world.publish()
  const found = await descriptor(world)
  expect(descriptorFaults(found)).toEqual([])
  const paths = found.resources.flatMap(({ path }) => path)
  expect(paths.map((path) => `/${path}`).sort()).toEqual(
    world
      .remote()
      .filter((path) => !/README|datapackage/.test(path))
      .sort(),
  )
  const [hours] = found.resources
  const table = world.osf.osf.files().find(({ path }) => path === '/hours.csv')
  expect([hours?.bytes, hours?.hash]).toEqual([table?.bytes, `sha256:${table?.sha256 ?? ''}`])
  expect(found.resources.map(({ name }) => name)).toEqual(['hours', 'gaps', 'ids', 'reports'])
})

test('the rules find what is wrong with a package', () => {
  const wrong = { name: 'A B', licenses: [{}], resources: [{ name: 'a', path: ['../x'], schema: { fields: [{}] } }] }
  expect(descriptorFaults(wrong as unknown as Descriptor)).toHaveLength(4)
  expect(descriptorFaults({ resources: [] })).toHaveLength(1)
})

test('every hour tells its state, what was heard of it and where its file is, and a reader is not sent to what is not there', async () => {
  await using world = await publishWorld([{ kind: 'status', value: 500, only: '16_IDs', times: 5 }], {
    hours: [0, 1, 3, 5],
    emptyHours: 1,
    journal: [
      [-5, { event: 'connected', backfill_minutes: 0 }],
      [130, { event: 'stopped' }],
      [182, { event: 'started', version: '0', server: 1, covered_until: '2026-11-21T15:10:00.000Z' }],
      [182, { event: 'connected', backfill_minutes: 0 }],
      [290, { event: 'stopped' }],
    ],
  })
  await rm(bookPath(world.vault, HOUR + HOUR_MS))
  await rm(join(world.vault, '2026-11-21', '2026-11-21_18_tweets.csv.xz'))
  await world.publish()
  expect(world.osf.plan.fired).toHaveLength(5)
  const rows = (await text(world, 'hours.csv')).trim().split('\n')
  expect(rows[0]).toBe(
    'hour,state,ids,both,only_1,only_2,rejected,seconds_heard_1,seconds_heard_2,seconds_heard,without,revision,file,path,bytes,sha256',
  )
  expect(
    rows.slice(1).map((row) =>
      row
        .split(',')
        .filter((_, column) => column < 13)
        .join(),
    ),
  ).toEqual([
    '2026-11-21T12:00:00Z,partial,0,0,0,0,0,300,,300,,1,',
    '2026-11-21T13:00:00Z,complete,3,0,3,0,0,3600,,3600,,1,published',
    '2026-11-21T14:00:00Z,damaged,,,,,,,,,,,',
    '2026-11-21T15:00:00Z,partial,0,0,0,0,0,600,,600,,1,',
    '2026-11-21T16:00:00Z,partial,3,0,3,0,0,3480,,3480,,1,pending',
    '2026-11-21T17:00:00Z,partial,0,0,0,0,0,3000,,3000,,1,',
    '2026-11-21T18:00:00Z,damaged,3,0,3,0,0,0,,0,,1,published',
    '2026-11-21T19:00:00Z,not collected,0,0,0,0,0,0,,0,,1,',
  ])
  expect(await text(world, 'gaps.csv')).toBe(
    [
      'from,to,server,reason',
      '2026-11-21T12:00:00Z,2026-11-21T12:55:00Z,1,not known',
      '2026-11-21T14:00:00Z,2026-11-21T15:00:00Z,1,damaged',
      '2026-11-21T15:10:00Z,2026-11-21T16:02:00Z,1,stopped',
      '2026-11-21T17:50:00Z,2026-11-21T20:00:00Z,1,stopped',
      '',
    ].join('\n'),
  )
  const found = await descriptor(world)
  expect(found.collection).toMatchObject({
    ...{ since: '2026-11-21T12:00:00Z', until: '2026-11-21T20:00:00Z', hours_published: 2, hours_pending: 1 },
    ...{ hours_complete: 1, hours_partial: 4, hours_not_collected: 1, hours_damaged: 2, hours_empty: 0 },
  })
  expect(found.resources.find(({ name }) => name === 'ids')?.path).not.toContain('2026/11/21/2026-11-21_16_IDs.txt.xz')
  const page = await text(world, 'README.md')
  for (const line of [
    '1 of 8 hours is complete.\n4 of 8 hours are partial.\n1 of 8 hours is not collected.\n2 of 8 hours are damaged.',
    'In 17,820 seconds nobody heard the stream, or it is not known that anybody did.',
    '- partial: 2026-11-21_12\n- partial: 2026-11-21_15 to 2026-11-21_17 (3 hours)\n- not collected: 2026-11-21_19\n',
    '- damaged: 2026-11-21_14\n- damaged: 2026-11-21_18\n- not uploaded yet: 2026-11-21_16',
  ])
    expect(page).toContain(line)
  expect(page).not.toContain('No gaps')
})

test('an old hour that was archived by hand has a row, and the time between it and the first start of the collector has none', async () => {
  await using world = await publishWorld([], {
    journal: [[0, { event: 'started', version: '0', server: 1 }]],
  })
  const { archive, context } = world
  const week = HOUR - 7 * DAY_MS
  const folder = join(archive.spools[1], hourFolder(week))
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, minuteFileName({ minute: week, number: 0 })), `${payload(week).toString()}\n`)
  await archive.run()
  const day = join(world.vault, '2026-11-21')
  for (const name of await readdir(day)) if (name.startsWith('2026-11-21_13')) await rm(join(day, name))
  const beginning = await beginningFor(archive.settings, archive.clock.now())
  await publishDays({ ...context, beginning })
  const rows = (await text(world, 'hours.csv')).trim().split('\n').slice(1)
  expect(rows.map((row) => row.split(',', 2).join(' '))).toEqual([
    '2026-11-14T13:00:00Z partial',
    '2026-11-21T13:00:00Z not archived',
    '2026-11-21T14:00:00Z partial',
  ])
})

test('with two servers the gaps of each stand beside those of both', () => {
  const gap = (from: number, to: number, server: 1 | 2, reason: string) => ({
    ...{ server, reason },
    from: new Date(HOUR + from * 60_000).toISOString(),
    to: new Date(HOUR + to * 60_000).toISOString(),
  })
  const hour = (number: number, gaps: ReturnType<typeof gap>[]): DatasetHour => ({
    ...{ hour: HOUR + number * HOUR_MS, state: 'partial', ids: undefined },
    facts: {
      ...{ state: 'partial', redundant: true, archived: 1, both: 1, only_1: 0, only_2: 0, rejected: 0, revision: 1 },
      missing_servers: [],
      listening: { seconds_heard: { 1: 0, 2: 0, either: 0 }, gaps, settled: true },
      program: { version: '0', compressor: 'xz' },
    },
  })
  const hours = [
    hour(0, [
      gap(10, 20, 1, 'disconnected'),
      gap(50, 60, 1, 'stopped'),
      gap(15, 30, 2, 'disk full'),
      gap(55, 60, 2, 'stopped'),
    ]),
    hour(1, [gap(60, 61, 1, 'stopped'), gap(60, 62, 2, 'stopped')]),
  ]
  expect(gapsTable({ hours, redundant: true, writers: [] }).trim().split('\n').slice(1)).toEqual([
    '2026-11-21T13:10:00Z,2026-11-21T13:20:00Z,1,disconnected',
    '2026-11-21T13:15:00Z,2026-11-21T13:20:00Z,12,"1: disconnected, 2: disk full"',
    '2026-11-21T13:15:00Z,2026-11-21T13:30:00Z,2,disk full',
    '2026-11-21T13:50:00Z,2026-11-21T14:01:00Z,1,stopped',
    '2026-11-21T13:55:00Z,2026-11-21T14:01:00Z,12,stopped',
    '2026-11-21T13:55:00Z,2026-11-21T14:02:00Z,2,stopped',
  ])
})

test('the page tells what it is, who made it, how it was collected, how to hydrate what is there, the basis and the licence', async () => {
  await using world = await publishWorld([], {
    journal: [
      [-65, { event: 'connected', backfill_minutes: 0 }],
      [130, { event: 'refused', reason: 'x', wait_ms: 1 }],
    ],
  })
  const settings: OsfSettings = {
    ...world.context.settings,
    ...{
      basis: 'Research at the Institute of Examples.',
      license: 'CC0-1.0',
      title: 'A sample',
      creators: ['Doe, Jane', 'An Institute'],
    },
    ...{
      contact: 'data@example.org',
      citation: 'Doe (2026): A sample.',
      funding: 'A foundation.',
      programUrl: 'https://example.org/p',
    },
  }
  await publishDays({ ...world.context, settings })
  const page = await text(world, 'README.md')
  for (const words of [
    /^# A sample\n\nBy Doe, Jane; An Institute\./,
    /from 2026-11-21T11:00:00Z to 2026-11-21T15:00:00Z/,
    /6 IDs in 2 files, of 4 hours/,
    /- 2026-11-21_11: sampled-stream-collector 0\.0\.0, lzma-native/,
    /This page was written by sampled-stream-collector 0\.2\.0, https:\/\/example\.org\/p\./,
    /xz -dc 2026\/11\/21\/2026-11-21_14_IDs\.txt\.xz > ids\.txt\ntwarc2 hydrate ids\.txt posts\.jsonl/,
    /## Citation\n\nDoe \(2026\): A sample\.\n\n## Contact\n\ndata@example\.org\n\n## Funding\n\nA foundation\./,
    /Research at the Institute of Examples\.\n\nLicence: CC0-1\.0/,
    /\| id \| string \| ID of a post/,
  ])
    expect(page).toMatch(words)
  const path = /xz -dc (\S+)/.exec(page)?.[1] ?? ''
  expect(world.remote()).toContain(`/${path}`)
  const found = await descriptor(world)
  expect(descriptorFaults(found)).toEqual([])
  expect(found).toMatchObject({
    ...{ licenses: [{ name: 'CC0-1.0' }], citation: 'Doe (2026): A sample.', funding: 'A foundation.' },
    contributors: [
      { title: 'Doe, Jane', roles: ['creator'] },
      { title: 'An Institute', roles: ['creator'] },
      { title: 'data@example.org', email: 'data@example.org', roles: ['contactPoint'] },
    ],
    collection: { program: { name: 'sampled-stream-collector', version: '0.2.0', path: 'https://example.org/p' } },
  })
})

test('a collection without a gap says so, and only then', async () => {
  await using world = await publishWorld([], {
    journal: [
      [0, { event: 'connected', backfill_minutes: 5 }],
      [130, { event: 'refused', reason: 'x', wait_ms: 1 }],
    ],
  })
  await world.publish()
  expect(await text(world, 'README.md')).toContain(
    '2 of 2 hours are complete.\n\nNo gaps: at every moment a server heard the stream, and every hour is here.',
  )
  await using untold = await publishWorld()
  await untold.publish()
  expect(await text(untold, 'README.md')).toContain('2 of 2 hours are unknown.')
  expect(await text(untold, 'README.md')).not.toContain('No gaps')
})
