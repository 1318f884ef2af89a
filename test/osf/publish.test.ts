import { appendFile, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { publish } from '../../src/osf/publish.js'
import { LEDGER_NAME } from '../../src/osf/upload-ledger.js'
import { ExitCode } from '../../src/operator-error.js'
import { osfWorld, sha256, stored } from './osf-world.js'

const IDS_13 = '2026/11/21/2026-11-21_13_IDs.txt.xz'
const IDS_14 = '2026/11/21/2026-11-21_14_IDs.txt.xz'
const REPORT = '2026/11/21/2026-11-21_report.txt'
const ROOM = 'GET /v2/nodes/abcde/storage/ 200'
const STORAGES = 'GET /v2/nodes/abcde/files/?page[size]=100 200'

test('the first files of a day make its folders, one listing and one request a folder', async () => {
  await using world = await osfWorld()
  const files = [await world.file(IDS_13, 'one'), await world.file(REPORT, 'hour')]
  expect(await publish(files, world.context)).toEqual({ uploaded: 2, unchanged: 0, failed: [] })
  expect(world.osf.files()).toEqual([
    { path: `/${IDS_13}`, bytes: 3, sha256: sha256('one'), version: 1 },
    { path: `/${REPORT}`, bytes: 4, sha256: sha256('hour'), version: 1 },
  ])
  expect(world.requests()).toEqual([
    ROOM,
    STORAGES,
    'GET / 200',
    'PUT /2026 201',
    'PUT /2026/11 201',
    'PUT /2026/11/21 201',
    `PUT /${IDS_13} 201`,
    `PUT /${REPORT} 201`,
  ])
})

test('a second run with nothing new asks OSF nothing', async () => {
  await using world = await osfWorld()
  const files = [await world.file(IDS_13, 'one'), await world.file(REPORT, 'hour')]
  await publish(files, world.context)
  const before = world.requests().length
  expect(await publish(files, world.context)).toEqual({ uploaded: 0, unchanged: 2, failed: [] })
  expect(world.requests()).toHaveLength(before)
})

test('a file whose hash is known and in the ledger is not even read', async () => {
  await using world = await osfWorld()
  const file = await world.file(IDS_13, 'one')
  await publish([file], world.context)
  await rm(file.local)
  expect(await publish([{ ...file, sha256: sha256('one') }], world.context)).toMatchObject({ unchanged: 1, failed: [] })
})

test('a report that has changed becomes a new version of the file, without a 409', async () => {
  await using world = await osfWorld()
  await publish([await world.file(REPORT, 'hour')], world.context)
  const before = world.requests().length
  expect(await publish([await world.file(REPORT, 'hour 13')], world.context)).toMatchObject({ uploaded: 1 })
  expect(stored(world)).toEqual([`/${REPORT} v2 ${sha256('hour 13').slice(0, 8)}`])
  expect(world.requests().slice(before)).toEqual([
    ROOM,
    STORAGES,
    'GET / 200',
    'GET /2026/ 200',
    'GET /2026/11/ 200',
    'GET /2026/11/21/ 200',
    `PUT /${REPORT} 200`,
  ])
})

test('a lost ledger costs listings, and sends nothing twice', async () => {
  await using world = await osfWorld()
  const files = [await world.file(IDS_13, 'one'), await world.file(IDS_14, 'two')]
  await publish(files, world.context)
  await rm(world.context.stateFolder, { recursive: true })
  const before = world.requests().length
  expect(await publish(files, world.context)).toEqual({ uploaded: 0, unchanged: 2, failed: [] })
  expect(
    world
      .requests()
      .slice(before)
      .filter((request) => request.startsWith('PUT')),
  ).toEqual([])
  expect(await publish(files, world.context)).toMatchObject({ unchanged: 2 })
  expect(world.requests()).toHaveLength(before + 6)
})

test('a torn line and a stranger in the ledger are passed over, and the next line stands on its own', async () => {
  await using world = await osfWorld()
  const files = [await world.file(IDS_13, 'one'), await world.file(IDS_14, 'two')]
  await publish(files.slice(0, 1), world.context)
  const ledger = join(world.context.stateFolder, LEDGER_NAME)
  await appendFile(ledger, '{"note":"by hand"}\n{"at":"2026-11-2')
  await publish(files, world.context)
  const before = world.requests().length
  expect(await publish(files, world.context)).toMatchObject({ unchanged: 2 })
  expect(world.requests()).toHaveLength(before)
  expect((await readFile(ledger, 'utf8')).split('\n')).toHaveLength(5)
})

test('the ledger of one project says nothing of another', async () => {
  await using world = await osfWorld()
  const file = await world.file(IDS_13, 'one')
  await publish([file], world.context)
  const settings = { ...world.context.settings, project: 'fghij' }
  const { failed } = await publish([file], { ...world.context, settings })
  expect(failed[0]?.error.kind).toBe('not-found')
})

test('a ledger that cannot be read or written is warned of and does not stop publishing', async () => {
  await using world = await osfWorld()
  const file = await world.file(IDS_13, 'one')
  await writeFile(world.context.stateFolder, 'a file where the folder should be')
  expect(await publish([file], world.context)).toMatchObject({ uploaded: 1, failed: [] })
  expect(world.log.text()).toContain("the upload ledger can't be read")
  expect(world.log.text()).toContain("the upload ledger can't be written")
})

test('a file that is not there is told of, and the others go up', async () => {
  await using world = await osfWorld()
  const files = [await world.file(IDS_13, 'one'), await world.file(IDS_14, 'two')]
  await rm(files[0]?.local ?? '')
  const { uploaded, failed } = await publish(files, world.context)
  expect(uploaded).toBe(1)
  expect(failed).toMatchObject([{ remote: IDS_13, error: { kind: 'local', fatal: false } }])
  expect(failed[0]?.error.message).toContain(`${files[0]?.local ?? ''} can't be read`)
})

test('a file over 4.9 GiB is refused before it is read', async () => {
  await using world = await osfWorld()
  const file = await world.file(IDS_13, '')
  await truncate(file.local, Math.ceil(4.9 * 1024 ** 3))
  const { failed } = await publish([file], world.context)
  expect(failed).toMatchObject([{ error: { kind: 'too-large', fatal: false, exitCode: ExitCode.failed } }])
  expect(world.requests()).toEqual([])
})

test('an empty file and a name with signs and a space arrive as they are', async () => {
  await using world = await osfWorld()
  const files = [await world.file('empty.txt', ''), await world.file('a b&c=d+é?.txt', 'x')]
  expect(await publish(files, world.context)).toMatchObject({ uploaded: 2, failed: [] })
  expect(world.osf.files().map(({ path, bytes }) => [path, bytes])).toEqual([
    ['/a b&c=d+é?.txt', 1],
    ['/empty.txt', 0],
  ])
})

test('a storage on the second page of the list is found', async () => {
  const otherStorages = Array.from({ length: 130 }, (_, n) => `addon${n}`)
  await using world = await osfWorld([], { otherStorages })
  expect(await publish([await world.file(IDS_13, 'one')], world.context)).toMatchObject({ uploaded: 1 })
  expect(world.requests().filter((request) => request.includes('/v2/nodes/abcde/files/'))).toHaveLength(2)
})

test('a storage that the project has not is told with those that it has', async () => {
  await using world = await osfWorld([], { otherStorages: ['github'] })
  const settings = { ...world.context.settings, storage: 'dropbox' }
  const { failed } = await publish([await world.file(IDS_13, 'one')], { ...world.context, settings })
  expect(failed[0]?.error.message).toBe(
    'project abcde at OSF has no storage "dropbox", but github, osfstorage: check [osf] storage',
  )
})

test('two clients that bring their files to a new day at once share its folders', async () => {
  await using world = await osfWorld()
  const files = [await world.file(IDS_13, 'one'), await world.file(IDS_14, 'two')]
  const runs = files.map((file, n) =>
    publish([file], { ...world.context, stateFolder: join(world.folder, `state-${n}`) }),
  )
  expect(await Promise.all(runs)).toMatchObject([{ uploaded: 1 }, { uploaded: 1 }])
  expect(stored(world)).toEqual([
    `/${IDS_13} v1 ${sha256('one').slice(0, 8)}`,
    `/${IDS_14} v1 ${sha256('two').slice(0, 8)}`,
  ])
})

test('two clients that bring the same new file at once leave one file', async () => {
  await using world = await osfWorld()
  const file = await world.file(IDS_13, 'one'.repeat(100_000))
  const runs = [0, 1].map((n) => publish([file], { ...world.context, stateFolder: join(world.folder, `state-${n}`) }))
  expect((await Promise.all(runs)).flatMap(({ failed }) => failed)).toEqual([])
  expect(stored(world)).toEqual([`/${IDS_13} v1 ${sha256('one'.repeat(100_000)).slice(0, 8)}`])
})

test('a run that is stopped leaves the rest pending', async () => {
  await using world = await osfWorld()
  const stop = new AbortController()
  stop.abort()
  const files = [await world.file(IDS_13, 'one'), await world.file(IDS_14, 'two')]
  const { failed } = await publish(files, { ...world.context, signal: stop.signal })
  expect(failed.map(({ error }) => [error.kind, error.exitCode])).toEqual([
    ['pending', ExitCode.partial],
    ['pending', ExitCode.partial],
  ])
  expect(world.requests()).toEqual([])
})

test.each(['OVER_PRIVATE', 'APPROACHING_PRIVATE', 'APPROACHING_PUBLIC'])(
  'a project that is %s is warned of once, and takes what there is',
  async (limitStatus) => {
    await using world = await osfWorld([], { limitStatus })
    const files = [await world.file(IDS_13, 'one'), await world.file(IDS_14, 'two')]
    expect(await publish(files, world.context)).toMatchObject({ uploaded: 2, failed: [] })
    expect(world.log.events.filter(({ level }) => level === 40)).toHaveLength(1)
    expect(world.log.text()).toMatch(/set \[osf\] project to a new one/)
  },
)

test('a project that is full is noticed before a byte is sent', async () => {
  await using world = await osfWorld([], { limitStatus: 'OVER_PUBLIC' })
  const files = [await world.file(IDS_13, 'one'), await world.file(IDS_14, 'two')]
  const { failed } = await publish(files, world.context)
  expect(failed).toMatchObject([{ error: { kind: 'quota', fatal: true } }, { error: { kind: 'pending' } }])
  expect(world.requests()).toEqual([ROOM])
})

test('where OSF does not say how full it is, the upload goes on', async () => {
  await using world = await osfWorld([{ kind: 'status', value: 404, only: '/storage/' }])
  expect(await publish([await world.file(IDS_13, 'one')], world.context)).toMatchObject({ uploaded: 1, failed: [] })
  expect(world.plan.fired).toHaveLength(1)
})
