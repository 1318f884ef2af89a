import { readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { takeLock } from '../../src/durable/lock.js'
import { publishDays } from '../../src/publish/publish-days.js'
import { HOUR_MS, MINUTE_MS } from '../../src/utc.js'
import { bookPath, readBook } from '../../src/vault/book.js'
import { osfWorld } from '../osf/osf-world.js'
import { HOUR } from '../support/hour-world.js'
import { payload } from '../support/tweets.js'
import { verifyAll, verifyWorld } from './verify-world.js'

/** An archive whose description is published; `table` and `restore` change one of its tables and put it back. */
async function describedWorld() {
  const world = await verifyWorld({ hours: 2 })
  const osf = await osfWorld()
  const { stateFolder, settings: osfSettings } = osf.context
  const settings = { ...world.settings, server: { ...world.settings.server, stateFolder }, osf: osfSettings }
  const context = { ...osf.context, clock: world.clock, vault: world.vault, version: '0' }
  const publish = () => publishDays({ ...context, token: () => Promise.resolve(osf.context.token) })
  await publish()
  const path = (name: string) => join(stateFolder, 'dataset', name)
  return {
    ...{ world, settings, stateFolder, publish, path },
    found: async (scope = {}) => {
      const { findings } = await verifyAll({ ...world, settings }, { scope: { samplePercent: 1, seed: 1, ...scope } })
      return findings.filter(({ place }) => /csv$|state/.test(place)).map(({ place, text }) => `${place}: ${text}`)
    },
    table: async (name: string, change: (text: string) => string) =>
      writeFile(path(name), change(await readFile(path(name), 'utf8'))),
    [Symbol.asyncDispose]: async () => {
      await osf[Symbol.asyncDispose]()
      await world[Symbol.asyncDispose]()
    },
  }
}

let world: Awaited<ReturnType<typeof describedWorld>>
beforeAll(async () => {
  world = await describedWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

test('tables that say what the books say have no finding', async () => {
  expect(await world.found()).toEqual([])
})

const AGAIN = 'collector publish writes it anew'
const lies: [string, string, (text: string) => string, string][] = [
  ['calls an hour complete', 'hours.csv', (text) => text.replace(/(T13:00:00Z),\w+/, '$1,complete'), '2026-11-21_13'],
  [
    'has other IDs than the archive',
    'hours.csv',
    (text) => text.replace(/(T14:00:00Z,\w+),40/, '$1,41'),
    '2026-11-21_14',
  ],
  ['lacks an hour', 'hours.csv', (text) => text.replace(/^.*T14.*\n/m, ''), '2026-11-21_14'],
  ['has an hour too many', 'hours.csv', (text) => `${text}2026-11-21T15:00:00Z,empty\n`, '2026-11-21_15'],
  ['knows no gap', 'gaps.csv', (text) => text.replace(/\n[^]*$/, '\n'), '2026-11-21_13 and 1 more'],
  [
    'gives a gap another reason',
    'gaps.csv',
    (text) => text.replace(/^(.*,2),.*$/m, '$1,stopped'),
    '2026-11-21_13 and 1 more',
  ],
  ['gives a gap another end', 'gaps.csv', (text) => text.replace(/T15:00:00Z(,12,)/, 'T14:20:00Z$1'), '2026-11-21_14'],
  ['has a row that is none', 'gaps.csv', (text) => `${text}x\n`, 'a row that is none'],
]

test.each(lies)('it is found that a table %s', async (_, name, lie, of) => {
  const before = await readFile(world.path(name), 'utf8')
  await world.table(name, lie)
  expect(await readFile(world.path(name), 'utf8')).not.toBe(before)
  expect(await world.found()).toEqual([`${name}: not what the archive says of ${of}: ${AGAIN}`])
  expect(await world.found({ day: HOUR })).toEqual([])
  await writeFile(world.path(name), before)
})

test('a book that says something else than was published of its hour is found, though its folder has not changed', async () => {
  const path = bookPath(world.world.vault, HOUR)
  const before = await readFile(path, 'utf8')
  const book = await readBook(world.world.vault, HOUR)
  const seconds_heard = { 1: 3600, 2: 3600, either: 3600 }
  await writeFile(
    path,
    JSON.stringify({ ...book, state: 'complete', listening: { ...book?.listening, seconds_heard, gaps: [] } }),
  )
  expect(await world.found()).toEqual([
    `hours.csv: not what the archive says of 2026-11-21_13: ${AGAIN}`,
    `gaps.csv: not what the archive says of 2026-11-21_13: ${AGAIN}`,
  ])
  await writeFile(path, before)
})

test('a table that is gone, and a note of what was published that is damaged, are found', async () => {
  const before = await readFile(world.path('gaps.csv'), 'utf8')
  await rm(world.path('gaps.csv'))
  expect(await world.found()).toEqual([`gaps.csv: missing in ${join(world.stateFolder, 'dataset')}: ${AGAIN}`])
  await writeFile(world.path('gaps.csv'), before)
  const note = join(world.stateFolder, 'dataset-described.json')
  const described = await readFile(note, 'utf8')
  await truncate(note, 5)
  expect(await world.found()).toEqual([expect.stringMatching(/: what was published cannot be read \(.* is damaged/)])
  await writeFile(note, described)
})

test('what has changed since the last publication is no fault of a table', async () => {
  await using own = await describedWorld()
  own.world.clock.advance(HOUR_MS)
  const late = payload(HOUR + 30 * MINUTE_MS, { sequence: 77 })
  await own.world.byHand(1, HOUR + 30 * MINUTE_MS, `${late.toString()}\n`, 1)
  expect((await own.world.run()).archived.map(({ hour }) => hour)).toContain('2026-11-21_13')
  expect(await own.found()).toEqual([])
  await own.publish()
  expect(await own.found()).toEqual([])
})

test('what is found while something is published is looked at again after it', async () => {
  const before = await readFile(world.path('hours.csv'), 'utf8')
  await world.table('hours.csv', (text) => text.replace(/,40,/, ',41,'))
  const lock = await takeLock(world.stateFolder, 'publish', world.world.clock)
  const found = world.found()
  await expect.poll(() => world.world.clock.sleeping).toBe(1)
  await writeFile(world.path('hours.csv'), before)
  await lock?.[Symbol.asyncDispose]()
  world.world.clock.advance(MINUTE_MS)
  expect(await found).toEqual([])
})
