import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bookPath } from '../../src/vault/book.js'
import { HOUR } from '../support/hour-world.js'
import { runCollector } from '../support/program.js'
import { archivedHour } from '../verify/mend-world.js'

const points = ['archive-after-part', 'archive-before-book', 'archive-after-book']

type World = Awaited<ReturnType<typeof archivedHour>>

const damages: ['damaged users.csv.xz' | 'lost book', (world: World) => Promise<void>][] = [
  ['damaged users.csv.xz', (world) => world.flip('users.csv.xz')],
  ['lost book', (world) => rm(bookPath(world.vault, HOUR))],
]
/** Of several files only those that are damaged are written anew. */
const renamed = { 'damaged users.csv.xz': 'archive-after-rename:1', 'lost book': 'archive-after-rename:3' } as const
const cases = damages.flatMap(([what, damage]) =>
  [...points, renamed[what]].map((point) => [point, what, damage] as const),
)

test.each(cases)(
  'a kill -9 at %s while a %s is mended leaves what process-hour and the next verify --mend complete',
  async (point, _, damage) => {
    await using world = await archivedHour()
    const ini = `[server]\nnumber = 1\nstate_folder = state\n[spool]\nfolder = spool-1\nserver_2_folder = spool-2
[vault]\nfolder = vault\nxz_preset = 0\ncompressor = lzma-native\n`
    await writeFile(join(world.root, 'settings.ini'), ini)
    const before = await world.archiveBytes()
    const rejected = await readFile(world.archivePath('rejected.jsonl.xz'))
    const { servers, both } = await world.book()
    await damage(world)
    const killed = await runCollector(
      ['verify', '--mend'],
      { COLLECTOR_CLOCK: `${Date.now()}/${world.clock.now()}/1`, COLLECTOR_CRASH_AT: point },
      world.root,
    )
    expect(killed.code, killed.stderr).toBe(null)
    await world.run()
    await world.verify({ mends: true })
    await world.run()
    expect(await world.archiveBytes()).toEqual(before)
    expect(await readFile(world.archivePath('rejected.jsonl.xz'))).toEqual(rejected)
    // Where the book was whole, a file that is written anew to the byte is what it names: then it is put in its place.
    const { revision, ...book } = await world.book()
    expect([1, 2]).toContain(revision)
    expect(book).toMatchObject({ archived: 12, both, servers, missing_servers: [] })
    const names = await readdir(join(world.vault, '2026-11-21'))
    expect(names.filter((name) => name.endsWith('.part'))).toEqual([])
    expect((await world.verify()).findings.filter(({ place }) => place.includes('_13'))).toEqual([])
    expect(await world.sync()).toMatchObject({ sent: { files: 0 } })
  },
)
