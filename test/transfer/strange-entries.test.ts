import { execFileSync } from 'node:child_process'
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ExitCode } from '../../src/operator-error.js'
import { syncExitCode } from '../../src/transfer/sync.js'
import { HOUR_MS } from '../../src/utc.js'
import { withDiskFaults } from '../support/disk-faults.js'
import { HOUR, ServerPair } from './server-pair.js'

const DAY = '2026-11-21'
/** Beside `/2026-11-21/13`, where the test's other minutes lie. */
const OTHER_HOUR = join(DAY, '12')

/** Something in server 2's own spool that is no file or folder of ours. */
const entries: readonly [string, path: string, make: (path: string) => unknown, fault: RegExp][] = [
  ['a file in place of a day', '2026-11-20', (path) => writeFile(path, ''), /^2026-11-20: .*2026-11-20 is no folder/],
  ['a link in place of an hour', OTHER_HOUR, (path) => symlink('/etc', path), /12 is a symbolic link, where/],
  [
    'a link in place of the journals',
    'journal',
    replaceBy((path) => symlink('/etc', path)),
    /journal is a symbolic link/,
  ],
  [
    "a folder in place of a day's journal",
    'journal/2026-11-19.jsonl',
    (path) => mkdir(path, { recursive: true }),
    /2026-11-19\.jsonl is no regular file/,
  ],
  [
    'a pipe in place of a minute file',
    `${DAY}/13/sampled_stream_2026-11-21_13-01.jsonl`,
    (path) => execFileSync('mkfifo', [path]),
    /13-01\.jsonl is no regular file/,
  ],
  [
    'a link in place of a minute file',
    `${DAY}/13/sampled_stream_2026-11-21_13-01.jsonl`,
    (path) => symlink('/etc/passwd', path),
    /13-01\.jsonl is a symbolic link/,
  ],
]

function replaceBy(make: (path: string) => Promise<void>) {
  return async (path: string) => {
    await rm(path, { recursive: true, force: true })
    await make(path)
  }
}

test.each(entries)("%s in server 2's own spool is told, and everything else is sent", async (_, path, make, fault) => {
  await using pair = await ServerPair.create()
  await using _sftp = await pair.serve()
  const names = [await pair.seal('13:07', 'a\n'), await pair.seal('13:08', 'b\n')]
  const last = await pair.seal('14:01', 'c\n')
  await make(join(pair.spool, path))
  const result = await pair.sync()
  expect(result.reasons).toEqual(expect.arrayContaining([expect.stringMatching(fault)]))
  expect(syncExitCode(result)).toBe(ExitCode.partial)
  expect(await pair.names('incoming')).toEqual(['batch.json', ...names])
  expect(await pair.names('incoming', HOUR + HOUR_MS)).toEqual(['batch.json', last])
})

test("a minute file of server 2's own that can't be read keeps its hour's batch here, and no other file", async () => {
  await using pair = await ServerPair.create()
  await using _sftp = await pair.serve()
  const names: string[] = []
  for (const minute of ['07', '08', '09']) names.push(await pair.seal(`13:${minute}`, `${minute}\n`))
  await using disk = await withDiskFaults('EIO:open:1:9:13-08.jsonl')
  const result = await pair.sync()
  expect(await disk.fired()).toContain('EIO')
  expect(result).toMatchObject({ sent: { files: 2 }, failed: ['2026-11-21_13'] })
  expect(await pair.names('incoming')).toEqual([names[0], names[2]])
  disk.mend()
  expect(await pair.sync()).toMatchObject({ sent: { files: 1 }, failed: [] })
})
