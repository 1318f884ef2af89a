import { rmSync } from 'node:fs'
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { takeLock } from '../../src/durable/lock.js'
import { ExitCode } from '../../src/operator-error.js'
import { appendToJournal } from '../../src/spool/journal.js'
import { syncExitCode } from '../../src/transfer/sync.js'
import { HOUR_MS } from '../../src/utc.js'
import { HOUR, ServerPair, sha256 } from './server-pair.js'

const NEXT_HOUR = HOUR + HOUR_MS

describe.each([{ extensions: true }, { extensions: false }])(
  'with a server whose extensions are $extensions',
  (server) => {
    test('sealed minutes arrive whole, the batch lists them, and receipts let them go', async () => {
      await using pair = await ServerPair.create()
      await using _sftp = await pair.serve(server)
      const long = `${'x'.repeat(3_000_000)}\n`
      const name = await pair.seal('13:07', 'a\nb\n')
      const longName = await pair.seal('13:08', long)

      const first = await pair.sync()
      expect(first).toMatchObject({
        hours: 2,
        sent: { files: 2, bytes: 3_000_005 },
        removed: 0,
        waiting: 2,
        failed: [],
      })
      expect(syncExitCode(first)).toBe(ExitCode.done)
      expect(await pair.names('incoming')).toEqual(['batch.json', name, longName])
      expect(await pair.content('incoming', longName)).toBe(long)
      expect(await pair.batch()).toEqual({
        hour: '2026-11-21_13',
        server: 2,
        sealed_until: '2026-11-21T14:08:00Z',
        files: [
          { name, bytes: 4, lines: 2, sha256: sha256('a\nb\n') },
          { name: longName, bytes: 3_000_001, lines: 1, sha256: sha256(long) },
        ],
      })

      await pair.archive()
      expect(await pair.sync()).toMatchObject({ sent: { files: 0 }, removed: 2, waiting: 0 })
      expect(await pair.names('spool')).toEqual(['batch.json'])
    })

    test('a file that is there with other content is replaced', async () => {
      await using pair = await ServerPair.create()
      await using _sftp = await pair.serve(server)
      const name = await pair.seal('13:07', 'a\n')
      await pair.sync()
      await writeFile(join(pair.incoming, '2026-11-21', '13', name), 'torn')

      await pair.sync()
      expect(await pair.content('incoming', name)).toBe('a\n')
    })

    test('files get mode 0640 and folders 0750, whatever the umask', async () => {
      await using pair = await ServerPair.create()
      await using _sftp = await pair.serve(server)
      const name = await pair.seal('13:07', 'a\n')
      await pair.sync()
      const folder = join(pair.incoming, '2026-11-21', '13')
      expect((await stat(folder)).mode & 0o777).toBe(0o750)
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o640)
    })
  },
)

test('every hour since the collection began gets a batch, also one without a file', async () => {
  await using pair = await ServerPair.create()
  await using _sftp = await pair.serve()
  await appendToJournal(pair.spool, HOUR - 2 * HOUR_MS + 1000, { event: 'started', version: '0', server: 2 })
  await pair.seal('13:07', 'a\n')
  expect(await pair.sync()).toMatchObject({ hours: 4, batches: 4 })
  expect(await pair.batch(HOUR - HOUR_MS)).toMatchObject({ files: [], sealed_until: '2026-11-21T14:08:00Z' })
})

test('an hour is sealed up to its earliest open minute only', async () => {
  await using pair = await ServerPair.create()
  await using _lock = await takeLock(pair.spool, 'collect', Date)
  await using _sftp = await pair.serve()
  const name = await pair.seal('13:58', 'a\n')
  await pair.put('sampled_stream_2026-11-21_13-59.jsonl.part', 'b\n')
  await pair.sync()
  expect(await pair.names('incoming')).toEqual(['batch.json', name])
  expect(await pair.batch()).toMatchObject({ sealed_until: '2026-11-21T13:59:00Z' })
})

test('what a dead collector left open is adopted and sent', async () => {
  await using pair = await ServerPair.create()
  await using _sftp = await pair.serve()
  await pair.put('sampled_stream_2026-11-21_13-59.jsonl.part', '{"data":{"id":"1"}}\n')
  await pair.sync()
  expect(await pair.names('incoming')).toEqual(['batch.json', 'sampled_stream_2026-11-21_13-59.jsonl'])
  expect(await pair.batch()).toMatchObject({ sealed_until: '2026-11-21T14:08:00Z' })
})

test('a file that no journal names is counted and hashed for the batch', async () => {
  await using pair = await ServerPair.create()
  await using _sftp = await pair.serve()
  const name = await pair.seal('13:07', 'a\nb\nc\n', { unlisted: true })
  await pair.sync()
  expect(await pair.batch()).toMatchObject({ files: [{ name, bytes: 6, lines: 3, sha256: sha256('a\nb\nc\n') }] })
})

test('the batch of an hour goes on listing files that were archived and removed', async () => {
  await using pair = await ServerPair.create()
  await using _sftp = await pair.serve()
  const name = await pair.seal('13:07', 'a\n')
  await pair.sync()
  await pair.archive()
  await pair.sync()
  const late = await pair.seal('13:07', 'late\n', { number: 1 })
  await pair.sync()
  expect((await pair.batch())?.files.map((file) => file.name)).toEqual([late, name])
  expect(await pair.names('spool')).toEqual(['batch.json', late])
})

test('the batch of a finished hour is not sent again, and a finished hour is not looked at again', async () => {
  await using pair = await ServerPair.create()
  await using _sftp = await pair.serve()
  await pair.seal('13:07', 'a\n')
  await pair.sync()
  const sent = await stat(join(pair.incoming, '2026-11-21', '13', 'batch.json'))
  await pair.archive()
  pair.clock.advance(60_000)
  expect(await pair.sync()).toMatchObject({ hours: 2, batches: 1 })
  expect((await stat(join(pair.incoming, '2026-11-21', '13', 'batch.json'))).ino).toBe(sent.ino)
  expect(await pair.sync()).toMatchObject({ hours: 1, batches: 1 })
})

test('a withdrawn receipt makes the hour go again', async () => {
  await using pair = await ServerPair.create({ keepMs: 7 * 86_400_000 })
  await using _sftp = await pair.serve()
  const name = await pair.seal('13:07', 'a\n')
  await pair.sync()
  await pair.archive()
  expect(await pair.sync()).toMatchObject({ sent: { files: 0 }, removed: 0 })
  await rm(join(pair.incoming, 'receipts', '2026-11-21_13.json'))
  expect(await pair.sync()).toMatchObject({ sent: { files: 1 } })
  expect(await pair.names('incoming')).toContain(name)
})

test('a receipt that was withdrawn of an hour of which nothing is kept is told, and no empty batch takes its place', async () => {
  await using pair = await ServerPair.create()
  await using _sftp = await pair.serve()
  await pair.seal('13:07', 'a\n')
  await pair.sync()
  await pair.archive()
  expect(await pair.sync()).toMatchObject({ removed: 1, warnings: [] })
  await rm(join(pair.incoming, '2026-11-21', '13'), { recursive: true })
  await rm(join(pair.incoming, 'receipts', '2026-11-21_13.json'))
  expect(await pair.sync()).toMatchObject({
    failed: [],
    warnings: [expect.stringMatching(/withdrawn its receipts of 1 hours from 2026-11-21_13 on/)],
  })
  expect(await pair.names('incoming')).toEqual([])
})

test('a receipt for other content than what lies here removes nothing', async () => {
  await using pair = await ServerPair.create()
  await using _sftp = await pair.serve()
  const name = await pair.seal('13:07', 'a\n')
  await pair.sync()
  await pair.archive()
  await pair.put(name, 'b\n')
  expect(await pair.sync()).toMatchObject({ removed: 0 })
  expect(await pair.content('spool', name)).toBe('b\n')
  expect(pair.log.text()).toContain('changed since it was sealed')
})

test('a damaged receipt is told and removes nothing', async () => {
  await using pair = await ServerPair.create()
  await using _sftp = await pair.serve()
  const name = await pair.seal('13:07', 'a\n')
  await pair.sync()
  await pair.archive()
  await writeFile(join(pair.incoming, 'receipts', '2026-11-21_13.json'), '{"hour":')
  expect(await pair.sync()).toMatchObject({ removed: 0, sent: { files: 1 } })
  expect(await pair.names('spool')).toContain(name)
  expect(pair.log.text()).toContain('damaged receipt')
})

test('a file with a receipt stays for as long as it is to be kept', async () => {
  await using pair = await ServerPair.create({ keepMs: HOUR_MS })
  await using _sftp = await pair.serve()
  await pair.seal('13:07', 'a\n')
  await pair.sync()
  await pair.archive()
  pair.clock.advance(5 * 60_000) // 14:13; it was sealed at 13:14
  expect(await pair.sync()).toMatchObject({ removed: 0 })
  pair.clock.advance(60_000)
  expect(await pair.sync()).toMatchObject({ removed: 1 })
})

test('where the disk is short of room a file goes as soon as it has a receipt', async () => {
  await using pair = await ServerPair.create({ keepMs: HOUR_MS })
  await using _sftp = await pair.serve()
  const settings = pair.settings()
  pair.settings = () => ({ ...settings, sync: pair.target, alerts: { differencePercent: 5, diskFreePercent: 101 } })
  await pair.seal('13:07', 'a\n')
  await pair.sync()
  await pair.archive()
  expect(await pair.sync()).toMatchObject({ removed: 1 })
})

test('a refused file is sent again, once', async () => {
  await using pair = await ServerPair.create()
  await using _sftp = await pair.serve()
  const name = await pair.seal('13:07', 'a\n')
  await pair.sync()
  const path = join(pair.incoming, '2026-11-21', '13', name)
  await rename(path, `${path}.bad`)
  await pair.archive(HOUR, [{ name, sha256: sha256('a\n'), reason: 'its content is not the listed one' }])
  expect(await pair.sync()).toMatchObject({ sent: { files: 1 }, refused: 1 })
  expect(await pair.content('incoming', name)).toBe('a\n')
})

test('a refused file is read anew for the batch, for the journal may not say what it holds', async () => {
  await using pair = await ServerPair.create()
  await using _sftp = await pair.serve()
  const name = await pair.seal('13:07', 'a\n')
  await pair.put(name, 'b\n')
  await pair.archive(HOUR, [{ name, sha256: sha256('a\n'), reason: 'its content is not the listed one' }])
  await pair.sync()
  expect(await pair.batch()).toMatchObject({ files: [{ name, sha256: sha256('b\n') }] })
})

test('journal, rejected lines and heartbeat travel too, and grow', async () => {
  await using pair = await ServerPair.create()
  await using _sftp = await pair.serve()
  await appendToJournal(pair.spool, HOUR, { event: 'started', version: '0', server: 2 })
  await writeFile(join(pair.spool, 'heartbeat.json'), '{"process":1}')
  await pair.sync()
  await appendToJournal(pair.spool, HOUR, { event: 'stopped' })
  await writeFile(join(pair.spool, 'heartbeat.json'), '{"process":2}')
  await pair.sync()
  const there = (path: string) => readFile(join(pair.incoming, path), 'utf8')
  expect(await there('journal/2026-11-21.jsonl')).toBe(
    await readFile(join(pair.spool, 'journal', '2026-11-21.jsonl'), 'utf8'),
  )
  expect(await there('heartbeat.json')).toBe('{"process":2}')
})

test('folders of finished hours of earlier days are tidied away', async () => {
  await using pair = await ServerPair.create()
  await using _sftp = await pair.serve()
  await pair.seal('13:07', 'a\n')
  await pair.sync()
  await pair.archive()
  pair.clock.advance(24 * HOUR_MS)
  await pair.sync()
  expect(await pair.names('spool')).toEqual([])
  expect(await pair.sync()).not.toMatchObject({ failed: [expect.anything()] })
  expect(await pair.names('spool')).toEqual([])
})

test('a folder that server 1 clears away meanwhile is made again', async () => {
  await using pair = await ServerPair.create()
  await using _sftp = await pair.serve()
  await pair.seal('13:07', 'a\n')
  await pair.seal('14:01', 'b\n')
  await pair.sync()
  await pair.seal('13:09', 'c\n')
  const last = await pair.seal('14:02', 'd\n')
  const seen: [number, number, string][] = []
  const progress = (...step: [number, number, string]) => {
    seen.push(step)
    rmSync(join(pair.incoming, '2026-11-21', '14'), { recursive: true, force: true })
  }
  expect(await pair.sync({ progress })).toMatchObject({ sent: { files: 2 }, failed: [] })
  expect(seen).toEqual([
    [1, 2, '2026-11-21_13'],
    [2, 2, '2026-11-21_14'],
  ])
  expect(await pair.names('incoming', NEXT_HOUR)).toEqual(['batch.json'])
  expect(await pair.sync()).toMatchObject({ sent: { files: 2 } })
  expect(await pair.names('incoming', NEXT_HOUR)).toContain(last)
})

test('a file that is taken away meanwhile holds up its own hour only', async () => {
  await using pair = await ServerPair.create()
  await using _sftp = await pair.serve()
  await pair.seal('12:07', 'a\n')
  const name = await pair.seal('13:07', 'b\n')
  const last = await pair.seal('14:01', 'c\n')
  const progress = () => {
    rmSync(join(pair.spool, '2026-11-21', '13', name), { force: true })
  }
  const result = await pair.sync({ progress })
  expect(result).toMatchObject({ sent: { files: 2 }, failed: ['2026-11-21_13'] })
  expect(await pair.names('incoming', NEXT_HOUR)).toEqual(['batch.json', last])
  expect(await pair.sync()).toMatchObject({ failed: [] })
})

test('a damaged batch of our own stays as it is, and the other hours go on', async () => {
  await using pair = await ServerPair.create()
  await using _sftp = await pair.serve()
  await pair.seal('13:07', 'a\n')
  const other = await pair.seal('14:01', 'b\n')
  await writeFile(join(pair.spool, '2026-11-21', '13', 'batch.json'), '{"hour"')
  const result = await pair.sync()
  expect(result.failed).toEqual(['2026-11-21_13'])
  expect(syncExitCode(result)).toBe(ExitCode.partial)
  expect(await pair.content('spool', 'batch.json')).toBe('{"hour"')
  expect(await pair.names('incoming', NEXT_HOUR)).toContain(other)
})
