import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { smallDisk, smallDiskMissing } from '../support/small-disk.js'
import { ArchivingPair } from './archiving-pair.js'
import { sftpKinds } from './sftp-servers.js'

const noSmallDisk = smallDiskMissing()

describe.each(sftpKinds.map((kind) => ({ kind, why: kind.missing ? `${kind.name} (${kind.missing})` : kind.name })))(
  '$why',
  ({ kind }) => {
    describe.skipIf(kind.missing !== undefined)('between two servers', () => {
      test('a path that is refused keeps nothing else back, and a file changed in transit is sent again', async () => {
        await using pair = await ArchivingPair.create(kind, { tweetsAMinute: 20, letters: 100 })
        const inTheWay = join(pair.incoming, '2026-11-21', '12')
        await mkdir(join(inTheWay, '..'))
        await writeFile(inTheWay, 'no folder')
        const refused = await pair.sync()
        expect(refused.code).toBe(3)
        expect(refused.stderr).toMatch(/2026-11-21[/_]12/)
        const there = await pair.minuteFiles(pair.incoming)
        expect(there.map((name) => name.slice(0, 13))).toEqual(
          ['10', '11', '13'].flatMap((hour) => Array<string>(3).fill(`2026-11-21/${hour}`)),
        )
        expect(there.filter((name) => name.endsWith('.part'))).toEqual([])
        await changeALetter(join(pair.incoming, there[0] ?? ''))
        expect((await pair.processHour()).code).toBe(3)
        expect(await pair.minuteFiles(pair.incoming)).toContain(`${there[0]}.bad`)
        await rm(inTheWay)
        expect((await pair.untilDone(5)).at(-1)).toBe('0 0')
        await expectAllArchived(pair)
      })

      test.skipIf(noSmallDisk !== undefined)(
        'a backlog larger than the disk of server 1 drains, hour by hour',
        async () => {
          await using disk = await smallDisk(3)
          await using pair = await ArchivingPair.create(kind, { tweetsAMinute: 350, letters: 900 }, disk.path)
          const rounds = await pair.untilDone(12)
          expect(rounds[0]).toMatch(/^3 /)
          expect(rounds.at(-1)).toBe('0 0')
          await expectAllArchived(pair)
        },
      )
    })
  },
)

/** Every tweet is archived once, server 2 has let its files go by the receipts, and nothing half lies on server 1. */
async function expectAllArchived(pair: ArchivingPair): Promise<void> {
  expect((await pair.sync()).code).toBe(0)
  expect(pair.archivedIds()).toEqual(pair.ids)
  expect(await pair.minuteFiles(pair.spool2)).toEqual([])
  expect((await pair.minuteFiles(pair.incoming)).filter((name) => !name.endsWith('.bad'))).toEqual([])
  expect((await pair.verify()).code).toBe(0)
}

/** Another text of the same length. */
async function changeALetter(path: string): Promise<void> {
  const text = await readFile(path, 'utf8')
  await writeFile(path, text.replace('xxx', 'xyx'))
}
