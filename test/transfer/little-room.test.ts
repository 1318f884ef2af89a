import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ExitCode } from '../../src/operator-error.js'
import type { Fault } from '../../src/simulator/fault-plan.js'
import { syncExitCode } from '../../src/transfer/sync.js'
import { HOUR_MS } from '../../src/utc.js'
import { HOUR, ServerPair } from './server-pair.js'

const fault = (kind: string, rest: Partial<Fault> = {}): Fault => ({ service: 'sftp', kind, ...rest })
const KIB = 1024
const minute = (kib: number, letter: string) => `${letter.repeat(KIB - 1)}\n`.repeat(kib)
/** More than the reserve that is left free on any disk. */
const RESERVE = 256 << 20

test('the oldest hours that fit go whole, the rest is named and goes when server 1 has made room', async () => {
  await using pair = await ServerPair.create()
  await pair.seal('13:07', minute(40, 'a'))
  await pair.seal('13:08', minute(40, 'b'))
  await pair.seal('14:01', minute(60, 'c'))
  await pair.seal('14:02', minute(60, 'd'))
  {
    await using sftp = await pair.serve({ faults: [fault('little-space', { value: RESERVE + 130 * KIB })] })
    const result = await pair.sync()
    expect(sftp.faults.pending).toEqual([])
    expect(syncExitCode(result)).toBe(ExitCode.partial)
    expect(result).toMatchObject({ sent: { files: 2 }, batches: 1, failed: ['2026-11-21_14'] })
    expect(result.reasons[0]).toMatch(
      /^2026-11-21_14: .* bytes free for \/incoming.*these hours want 122880: .*nothing is lost$/,
    )
    expect(await pair.names('incoming')).toContain('batch.json')
    expect(await pair.names('incoming', HOUR + HOUR_MS)).toEqual([])
  }
  await pair.archive()
  await using _sftp = await pair.serve()
  expect(await pair.sync()).toMatchObject({ sent: { files: 2 }, failed: [] })
})

test('where the server tells no free space and the disk is full, files go one at a time and no half one stays', async () => {
  await using pair = await ServerPair.create()
  const names = [
    await pair.seal('13:07', minute(200, 'a')),
    await pair.seal('13:08', minute(200, 'b')),
    await pair.seal('13:09', minute(200, 'c')),
    await pair.seal('13:10', minute(200, 'd')),
  ]
  // All four at once are refused; then one by one the third.
  const faults = [
    ...names.map((name) => fault('disk-full', { only: name })),
    fault('disk-full', { only: names[2] ?? '', times: 99 }),
  ]
  {
    await using _sftp = await pair.serve({ extensions: false, faults })
    const result = await pair.sync()
    expect(syncExitCode(result)).toBe(ExitCode.partial)
    expect(result).toMatchObject({ sent: { files: 2 }, failed: ['2026-11-21_13'] })
    expect(result.reasons[0]).toMatch(/13-09\.jsonl\.part: its disk is full.*an unknown number of bytes free/)
    expect(await pair.names('incoming')).toEqual(names.slice(0, 2))
  }
  await using _sftp = await pair.serve({ extensions: false })
  expect(await pair.sync()).toMatchObject({ sent: { files: 2 }, failed: [] })
  expect(await pair.names('incoming')).toEqual(['batch.json', ...names])
})

test('an hour that is larger than the room goes in parts, without its batch, until it is whole', async () => {
  await using pair = await ServerPair.create()
  const names: string[] = []
  for (const at of ['07', '08', '09']) names.push(await pair.seal(`13:${at}`, minute(40, at.slice(1))))
  const room = () => [fault('little-space', { value: RESERVE + 90 * KIB, times: 99 })]
  {
    await using _sftp = await pair.serve({ faults: room() })
    expect(await pair.sync()).toMatchObject({ sent: { files: 2 }, failed: ['2026-11-21_13'] })
    expect(await pair.names('incoming')).toEqual(names.slice(0, 2))
  }
  // Server 1 has waited for long enough, and archives what it has.
  await pair.archive()
  await using _sftp = await pair.serve({ faults: room() })
  expect(await pair.sync()).toMatchObject({ sent: { files: 1 }, removed: 2, failed: [] })
  expect((await pair.batch())?.files.map(({ name }) => name)).toEqual(names)
})

test('half files of runs that broke off are cleared away before room is asked for', async () => {
  await using pair = await ServerPair.create()
  const name = await pair.seal('13:07', minute(300, 'a'))
  {
    await using _sftp = await pair.serve({ faults: [fault('cut', { only: name, value: 128 * KIB })] })
    await pair.sync().catch(() => undefined)
    expect(await pair.names('incoming')).toEqual([`${name}.part`])
  }
  await using sftp = await pair.serve({ faults: [fault('little-space', { value: 0, only: 'incoming' })] })
  const result = await pair.sync()
  expect(sftp.faults.pending).toEqual([])
  expect(result.failed).toEqual(['2026-11-21_13'])
  expect(await pair.names('incoming')).toEqual([])
  await rm(join(pair.spool, 'journal'), { recursive: true })
  expect(await readFile(join(pair.spool, '2026-11-21', '13', name), 'utf8')).toHaveLength(300 * KIB)
})
