import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { HOUR_MS } from '../../src/utc.js'
import { bookPath } from '../../src/vault/book.js'
import { HOUR } from '../support/hour-world.js'
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
  expect(found.resources.map(({ name }) => name)).toEqual(['hours', 'ids', 'reports'])
})

test('the rules find what is wrong with a package', () => {
  const wrong = { name: 'A B', licenses: [{}], resources: [{ name: 'a', path: ['../x'], schema: { fields: [{}] } }] }
  expect(descriptorFaults(wrong as unknown as Descriptor)).toHaveLength(4)
  expect(descriptorFaults({ resources: [] })).toHaveLength(1)
})

test('hours that are missing, empty or not uploaded yet are told as such, and a reader is not sent to them', async () => {
  await using world = await publishWorld([{ kind: 'status', value: 500, only: '16_IDs', times: 5 }], {
    hours: [0, 1, 3],
    emptyHours: 1,
  })
  await rm(bookPath(world.vault, HOUR + HOUR_MS))
  await world.publish()
  expect(world.osf.plan.fired).toHaveLength(5)
  const rows = (await text(world, 'hours.csv')).trim().split('\n')
  expect(rows[0]).toBe('hour,state,ids,both,only_1,only_2,without,revision,path,bytes,sha256')
  expect(rows.slice(1).map((row) => row.split(',').slice(0, 6).join())).toEqual([
    '2026-11-21T13:00:00Z,published,3,0,3,0',
    '2026-11-21T14:00:00Z,missing,,,,',
    '2026-11-21T15:00:00Z,empty,0,0,0,0',
    '2026-11-21T16:00:00Z,pending,3,0,3,0',
    '2026-11-21T17:00:00Z,empty,0,0,0,0',
  ])
  const found = await descriptor(world)
  expect(found.collection).toMatchObject({
    ...{ since: '2026-11-21T13:00:00Z', until: '2026-11-21T18:00:00Z', ids: 3 },
    ...{ hours_published: 1, hours_pending: 1, hours_empty: 2, hours_missing: 1 },
  })
  expect(found.resources.find(({ name }) => name === 'ids')?.path).toEqual(['2026/11/21/2026-11-21_13_IDs.txt.xz'])
  const page = await text(world, 'README.md')
  expect(page).toContain(
    '- missing: 2026-11-21_14\n- empty: 2026-11-21_15\n- empty: 2026-11-21_17\n- pending: 2026-11-21_16',
  )
})

test('the page tells what it is, how it was collected and with which versions, how to hydrate, the basis and the licence', async () => {
  await using world = await publishWorld()
  const settings = { ...world.context.settings, basis: 'Research at the Institute of Examples.', licence: 'CC0-1.0' }
  const { publishDays } = await import('../../src/publish/publish-days.js')
  await publishDays({ ...world.context, settings: { ...settings, title: 'A sample' } })
  const page = await text(world, 'README.md')
  for (const words of [
    /^# A sample\n/,
    /from 2026-11-21T13:00:00Z to 2026-11-21T15:00:00Z/,
    /6 IDs in 2 of 2 hours/,
    /None: every hour is here\./,
    /- 2026-11-21_13: sampled-stream-collector 0\.0\.0, lzma-native/,
    /twarc2 hydrate ids\.txt posts\.jsonl/,
    /Research at the Institute of Examples\.\n\nLicence: CC0-1\.0/,
    /\| id \| string \| ID of a post/,
  ])
    expect(page).toMatch(words)
  expect((await descriptor(world)).licenses).toEqual([{ name: 'CC0-1.0' }])
})
