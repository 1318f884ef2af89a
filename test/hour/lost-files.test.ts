import { appendFile, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hoursExitCode } from '../../src/hour/process-hours.js'
import { HOUR_MS, MINUTE_MS } from '../../src/utc.js'
import { HOUR, hourWorld } from '../support/hour-world.js'
import { payload } from '../support/tweets.js'

const at = (minute: number, sequence = 0) => payload(HOUR + minute * MINUTE_MS, { sequence })
const NAME = 'sampled_stream_2026-11-21_13-01.jsonl'
const notice = '2026-11-21/2026-11-21_13_lost.txt'

async function worldWithMinutes() {
  const world = await hourWorld({ redundant: false })
  await world.collected(1, [at(1), at(2)])
  return { world, path: join(world.spools[1], '2026-11-21/13', NAME) }
}

const damages = [
  ['that is longer than it was', (path: string) => appendFile(path, 'x')],
  ['that is valid and as long as it was', (path: string) => changeText(path)],
] as const

const changeText = async (path: string) => {
  await writeFile(path, (await readFile(path, 'utf8')).replace('hello', 'hallo'))
}

test.each(damages)(
  'a damaged file of server 1 %s holds its hour back only until the wait is over; then it lies aside as .bad',
  async (_, damage) => {
    const { world, path } = await worldWithMinutes()
    await using _world = world
    await damage(path)
    const first = await world.run()
    expect(first.failed[0]?.reason).toContain(`${NAME} (damaged)`)
    expect(await readdir(join(world.spools[1], '2026-11-21/13'))).toHaveLength(2)
    world.clock.advance(3 * HOUR_MS)
    const second = await world.run()
    expect(second.failed).toEqual([])
    expect(second.lost).toEqual(['2026-11-21_13'])
    expect(hoursExitCode(second)).toBe(1)
    expect(await world.book()).toMatchObject({
      archived: 1,
      lost: [{ server: 1, name: NAME, reason: 'damaged', revision: 1 }],
      revisions: [{ change: '1 files (1 lines) of server 1: 1 tweets, 1 files of server 1 lost' }],
    })
    expect(await readdir(join(world.spools[1], '2026-11-21/13'))).toEqual([`${NAME}.bad`])
    expect(await readFile(join(world.vault, notice), 'utf8')).toContain(`${NAME}  damaged`)
  },
)

test('a vanished file is given up too, every run fails until its notice is removed, and none makes another revision', async () => {
  const { world, path } = await worldWithMinutes()
  await using _world = world
  await rm(path)
  world.clock.advance(3 * HOUR_MS)
  for (let run = 1; run <= 2; run++) expect(hoursExitCode(await world.run())).toBe(1)
  expect((await world.book()).revision).toBe(1)
  expect(world.log.text()).toContain('archived without minute files of server 1 that are lost')
  await rm(join(world.vault, notice))
  expect(hoursExitCode(await world.run())).toBe(0)
})

test('a lost file that is put back whole is taken in, and struck off the list', async () => {
  const { world, path } = await worldWithMinutes()
  await using _world = world
  const content = await readFile(path)
  await rm(path)
  world.clock.advance(3 * HOUR_MS)
  await world.run()
  await world.byHand(1, HOUR + MINUTE_MS, content.toString())
  await world.run()
  const book = await world.book()
  expect(book).toMatchObject({ revision: 2, archived: 2 })
  expect(book.lost).toBeUndefined()
})

test('what is left of a damaged file is taken in under another number', async () => {
  const { world, path } = await worldWithMinutes()
  await using _world = world
  const content = await readFile(path)
  await writeFile(path, Buffer.concat([content, Buffer.from('\0\0')]))
  world.clock.advance(3 * HOUR_MS)
  await world.run()
  await world.byHand(1, HOUR + MINUTE_MS, content.toString().trimEnd() + ' \n', 9)
  await world.run()
  expect(await world.book()).toMatchObject({ revision: 2, archived: 2, lost: [{ name: NAME }] })
})

test('a file that is damaged after it was archived is put aside at once, and nothing is lost', async () => {
  const { world, path } = await worldWithMinutes()
  await using _world = world
  const content = await readFile(path)
  await world.run()
  await world.byHand(1, HOUR + MINUTE_MS, content.toString().slice(1))
  const done = await world.run()
  expect(done).toMatchObject({ archived: [], failed: [], lost: [] })
  expect(await readdir(join(world.spools[1], '2026-11-21/13'))).toEqual([`${NAME}.bad`])
})
