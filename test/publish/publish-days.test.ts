import { appendFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { takeLock } from '../../src/durable/lock.js'
import { makeFolder } from '../../src/durable/folder.js'
import { ExitCode } from '../../src/operator-error.js'
import { publishExitCode } from '../../src/publish/publish-days.js'
import { describePlan, publishPlan } from '../../src/publish/publish-plan.js'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/utc.js'
import type { Book } from '../../src/vault/book.js'
import { HOUR } from '../support/hour-world.js'
import { payload } from '../support/tweets.js'
import { publishWorld } from './publish-world.js'

const DAY = '2026-11-21'
const ids = (hour: number) => `/2026/11/21/2026-11-21_${hour}_IDs.txt.xz`
const DESCRIPTION = ['/README.md', '/datapackage.json', '/gaps.csv', '/hours.csv']

test('the IDs, the report and the description of the data set are published, and nothing else of the archive', async () => {
  await using world = await publishWorld()
  await world.report(DAY, 'hour\ttweets\n13\t3\n14\t3\n')
  const result = await world.publish()
  expect(result).toEqual({ uploaded: 7, unchanged: 0, failed: [] })
  expect(publishExitCode(result)).toBe(ExitCode.done)
  expect(world.remote().sort()).toEqual([ids(13), ids(14), '/2026/11/21/2026-11-21_report.txt', ...DESCRIPTION].sort())
})

test('README.md is renewed once a day by itself, and all of the description whenever it is asked for', async () => {
  await using world = await publishWorld([], { clock: 'manual' })
  await world.publish()
  const versions = () => Object.fromEntries(world.osf.osf.files().map(({ path, version }) => [path, version]))
  expect(await world.publish()).toEqual({ uploaded: 0, unchanged: 0, failed: [] })
  world.archive.clock.advance(HOUR_MS)
  expect(await world.publish({ describe: 'always' })).toMatchObject({ uploaded: 2, unchanged: 2 })
  expect(versions()).toMatchObject({ '/README.md': 2, '/datapackage.json': 2, '/hours.csv': 1 })
  world.archive.clock.advance(DAY_MS)
  expect(await world.publish()).toMatchObject({ uploaded: 2, unchanged: 2 })
  expect(versions()).toMatchObject({ '/README.md': 3 })
})

test('a description that did not get there is tried again by the next run', async () => {
  await using world = await publishWorld([{ kind: 'status', value: 500, only: 'README.md', times: 5 }])
  expect(await world.publish()).toMatchObject({ uploaded: 5, failed: [{ remote: 'README.md' }] })
  expect(world.osf.plan.fired).toHaveLength(5)
  expect(await world.publish()).toMatchObject({ unchanged: 2, failed: [] })
  expect(world.remote()).toEqual(expect.arrayContaining(DESCRIPTION))
})

test.each([
  [507, '_IDs', 'the storage of project abcde is full'],
  [401, '/v2/nodes/abcde/files', 'check [osf] token_file'],
  [403, '_IDs', 'write access to project abcde'],
  [404, '/v2/nodes/abcde/files', 'check [osf] project'],
  [410, '/v2/nodes/abcde/files', 'check [osf] project'],
  [413, '_13_IDs', 'publish it elsewhere'],
])('%i at %s is one fatal fault, and nothing of the archive is touched', async (value, only, words) => {
  await using world = await publishWorld([{ kind: 'status', value, only }])
  const before = await readFile(world.archive.archivePath('IDs.txt.xz'))
  const result = await world.publish()
  expect(world.osf.plan.fired).toHaveLength(1)
  expect(result.fatal).toContain(words)
  expect(publishExitCode(result)).toBe(ExitCode.failed)
  expect(await readFile(world.archive.archivePath('IDs.txt.xz'))).toEqual(before)
  expect(world.osf.log.events.filter(({ level }) => level === 50)).toHaveLength(1)
  const again = await world.publish()
  expect(again.failed).toEqual([])
  expect(world.remote().sort()).toEqual([ids(13), ids(14), ...DESCRIPTION].sort())
})

test('a fault that passes by itself is none to mend: the next run goes on', async () => {
  await using world = await publishWorld([{ kind: 'status', value: 503, only: '_13_IDs', times: 5 }])
  const result = await world.publish()
  expect(result.failed).toHaveLength(1)
  expect(result.fatal).toBeUndefined()
  expect(publishExitCode(result)).toBe(ExitCode.partial)
})

test('a token that is nowhere is a fatal fault of the upload', async () => {
  await using world = await publishWorld()
  const { publishDays } = await import('../../src/publish/publish-days.js')
  const { OperatorError } = await import('../../src/operator-error.js')
  const token = () => Promise.reject(new OperatorError('there is no osf token: set [osf] token_file'))
  const result = await publishDays({ ...world.context, token })
  expect(result.fatal).toContain('[osf] token_file')
  expect(world.osf.requests()).toEqual([])
})

test('two uploads at once: the second leaves with exit code 75', async () => {
  await using world = await publishWorld()
  await makeFolder(world.context.stateFolder)
  await using _lock = await takeLock(world.context.stateFolder, 'publish', world.context.clock)
  await expect(world.publish()).rejects.toMatchObject({ exitCode: ExitCode.temporary })
  expect(world.osf.requests()).toEqual([])
})

test('uploads that are behind go out oldest first', async () => {
  await using world = await publishWorld([], { hours: [0, 1, 2, 11] })
  await world.publish()
  const puts = world.osf.requests().filter((request) => /^PUT .*(IDs|csv|json|md)/.test(request))
  expect(puts).toEqual([
    ...[13, 14, 15].map((hour) => `PUT ${ids(hour)} 201`),
    'PUT /2026/11/22/2026-11-22_00_IDs.txt.xz 201',
    ...['hours.csv', 'gaps.csv', 'datapackage.json', 'README.md'].map((name) => `PUT /${name} 201`),
  ])
})

test('one day alone can be asked for, and then nothing is described', async () => {
  await using world = await publishWorld([], { hours: [0, 11] })
  await world.publish({ day: Date.parse('2026-11-22T00:00Z'), describe: 'never' })
  expect(world.remote()).toEqual(['/2026/11/22/2026-11-22_00_IDs.txt.xz'])
})

test('what was removed at OSF comes again when it is asked about anew, and not before', async () => {
  await using world = await publishWorld()
  await world.publish()
  await removeAtOsf(world, '13_IDs')
  expect(await world.publish({ describe: 'never' })).toMatchObject({ uploaded: 0 })
  expect(await world.publish({ again: true, describe: 'never' })).toMatchObject({ uploaded: 1, failed: [] })
  expect(world.remote()).toContain(ids(13))
})

async function removeAtOsf(world: Awaited<ReturnType<typeof publishWorld>>, name: string): Promise<void> {
  const headers = { Authorization: `Bearer ${world.osf.context.token}` }
  const storage = `${world.osf.osf.url}/v1/resources/abcde/providers/osfstorage`
  let path = '/'
  for (const part of ['2026', '11', '21', name]) {
    const listing = (await (await fetch(`${storage}${path}?meta=`, { headers })).json()) as {
      data: { attributes: { name: string; path: string } }[]
    }
    path = listing.data.find(({ attributes }) => attributes.name.includes(part))?.attributes.path ?? ''
  }
  expect((await fetch(`${storage}${path}`, { method: 'DELETE', headers })).status).toBe(204)
}

/** A late tweet of the first hour opens it again. */
async function late({ archive }: Awaited<ReturnType<typeof publishWorld>>): Promise<void> {
  await archive.byHand(1, HOUR + 5 * MINUTE_MS, `${payload(HOUR + 5 * MINUTE_MS).toString()}\n`)
  await archive.run()
}

test('what describes a file is published with it: after a late line hours.csv and datapackage.json say what is there', async () => {
  await using world = await publishWorld([], { clock: 'manual' })
  await world.publish()
  await late(world)
  expect(await world.publish()).toMatchObject({ uploaded: 3, failed: [] })
  const at = (name: string) => readFile(join(world.osf.folder, 'osf', 'files', name), 'utf8')
  const there = world.osf.osf.files().find(({ path }) => path === ids(13))
  const row = (await at('hours.csv')).split('\n').find((line) => line.startsWith('2026-11-21T13'))
  expect(row?.split(',').at(-1)).toBe(there?.sha256)
  expect(row?.split(',')[2]).toBe('4')
  const table = world.osf.osf.files().find(({ path }) => path === '/hours.csv')
  expect(await at('datapackage.json')).toContain(`sha256:${table?.sha256 ?? ''}`)
  expect(await world.publish()).toEqual({ uploaded: 0, unchanged: 0, failed: [] })
})

test('IDs that are damaged in the vault do not take the place of what is published; the hour is damaged, and its file stays', async () => {
  await using world = await publishWorld([], { clock: 'manual' })
  await world.publish()
  const before = world.osf.osf.files().find(({ path }) => path === ids(13))
  await appendFile(world.archive.archivePath('IDs.txt.xz'), 'x')
  const result = await world.publish()
  expect(result.failed.map(({ remote }) => `/${remote}`)).toEqual([ids(13)])
  expect(publishExitCode(result)).toBe(ExitCode.partial)
  expect(world.osf.osf.files().find(({ path }) => path === ids(13))).toEqual(before)
  const table = await readFile(join(world.osf.folder, 'osf', 'files', 'hours.csv'), 'utf8')
  expect(table).toMatch(new RegExp(`T13:00:00Z,damaged,.*,published,.*,${before?.sha256 ?? ''}`))
})

test.each([
  ['', '', () => Promise.resolve()],
  [
    ', also where the ledger of what is published is lost',
    '4',
    (folder: string) => rm(join(folder, 'osf-ledger.jsonl')),
  ],
])(
  'the IDs of an hour of which tweets were lost do not take the place of what is published%s',
  async (_, told, lose) => {
    await using world = await publishWorld([], { clock: 'manual' })
    await world.publish()
    const there = () => world.osf.osf.files().find(({ path }) => path === ids(13))
    const before = there()
    const lost = { server: 1, name: 'x', sha256: 'a', reason: 'archive_damaged', revision: 1 }
    const book = JSON.parse(await readFile(world.archive.archivePath('hour.json'), 'utf8')) as Book
    await late(world)
    const after = JSON.parse(await readFile(world.archive.archivePath('hour.json'), 'utf8')) as Book
    expect(after.revision).toBeGreaterThan(book.revision)
    await writeFile(world.archive.archivePath('hour.json'), JSON.stringify({ ...after, lost: [lost] }))
    await lose(world.context.stateFolder)
    const result = await world.publish()
    expect(result.failed.map(({ remote }) => `/${remote}`)).toEqual([ids(13)])
    expect(result.failed[0]?.reason).toContain('stays as it is')
    expect(publishExitCode(result)).toBe(ExitCode.partial)
    expect(there()).toEqual(before)
    await world.publish({ describe: 'always' })
    const table = await readFile(join(world.osf.folder, 'osf', 'files', 'hours.csv'), 'utf8')
    // How many IDs the published file has is no longer known; without the ledger the archive's own file is told, as one to come.
    expect(/T13:00:00Z,damaged,([^,]*)/.exec(table)?.[1]).toBe(told)
  },
)

test('a plan tells what would go out, new or changed, and asks and writes nothing', async () => {
  await using world = await publishWorld()
  const plan = () => publishPlan({ ...world.context, settings: world.context.settings }, {})
  expect((await plan()).map(({ remote, is }) => [`/${remote}`, is])).toEqual([
    [ids(13), 'new'],
    [ids(14), 'new'],
  ])
  expect(world.osf.requests()).toEqual([])
  await world.publish()
  expect(await plan()).toEqual([])
  await late(world)
  expect((await plan()).map(({ remote, is }) => [`/${remote}`, is])).toEqual([[ids(13), 'changed']])
  await rm(join(world.context.stateFolder, 'published-days.json'))
  expect(await plan()).toHaveLength(1)
})

test('a plan says what becomes of the file of a damaged hour, with the ledger and without it', async () => {
  await using world = await publishWorld([], { clock: 'manual' })
  await world.publish()
  const lost = { server: 1, name: 'x', sha256: 'a', reason: 'archive_damaged', revision: 1 }
  await late(world)
  const book = JSON.parse(await readFile(world.archive.archivePath('hour.json'), 'utf8')) as Book
  await writeFile(world.archive.archivePath('hour.json'), JSON.stringify({ ...book, lost: [lost] }))
  const plan = (again = false) => publishPlan(world.context, { again })
  expect(await plan()).toMatchObject([
    { remote: ids(13).slice(1), is: 'held-back', reason: expect.stringContaining('stays as it is') as string },
  ])
  expect((await plan(true)).map(({ is }) => is)).toEqual(['held-back', 'asked'])
  await rm(join(world.context.stateFolder, 'osf-ledger.jsonl'))
  await rm(join(world.context.stateFolder, 'published-days.json'))
  const planned = await plan()
  expect(planned.map(({ is }) => is)).toEqual(['only-new', 'new'])
  expect(describePlan(planned, true)).toMatch(
    /^\S+13_IDs\.txt\.xz {2}\d+ bytes, of a damaged hour: uploaded only where OSF has none, what is published stays\n\S+14_IDs\S+ {2}\d+ bytes, new \(OSF is asked first\)\nthen hours\.csv, /,
  )
  expect(describePlan([], false)).toBe('nothing to upload\n')
})
