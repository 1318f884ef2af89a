import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ExitCode, OperatorError } from '../../src/operator-error.js'
import type { Fault } from '../../src/simulator/fault-plan.js'
import { syncExitCode } from '../../src/transfer/sync.js'
import { HOUR_MS } from '../../src/utc.js'
import { HOUR, ServerPair } from './server-pair.js'

const ALWAYS = 1e6
const fault = (kind: string, rest: Partial<Fault> = {}): Fault => ({ service: 'sftp', kind, times: ALWAYS, ...rest })
/** Every request of a name is refused. */
const refuse = (only: string, value = 4): Fault => fault('status', { only, value })

const STATUS = { missing: 2, denied: 3, failure: 4, badMessage: 5, unsupported: 8 }

/** Seal a file, sync, and see that it has arrived. */
async function expectTransfer(faults: Fault[], extensions = true): Promise<void> {
  await using pair = await ServerPair.create()
  await using sftp = await pair.serve({ extensions, faults })
  const name = await pair.seal('13:07', 'a\n'.repeat(5000))
  expect(await pair.sync()).toMatchObject({ sent: { files: 1 }, failed: [] })
  expect(sftp.faults.fired.length).toBeGreaterThanOrEqual(faults.length)
  expect(await pair.names('incoming')).toEqual(['batch.json', name])
  expect(await pair.content('incoming', name)).toBe('a\n'.repeat(5000))
  await writeFile(join(pair.incoming, '2026-11-21', '13', name), 'torn')
  expect(await pair.sync()).toMatchObject({ sent: { files: 1 }, failed: [] })
  expect(await pair.content('incoming', name)).toBe('a\n'.repeat(5000))
  await pair.archive()
  expect(await pair.sync()).toMatchObject({ removed: 1, failed: [] })
}

describe('what the protocol does not promise is done without:', () => {
  test.each([
    ['a mode that may not be set by handle', [refuse('FSETSTAT', STATUS.denied)]],
    ['a mode that may not be set at all', [refuse('SETSTAT', STATUS.unsupported)]],
    ['a mode whose setting fails', [refuse('SETSTAT', STATUS.failure)]],
    ['fsync that is announced and fails', [refuse('EXTENDED fsync', STATUS.failure)]],
    ['fsync that is announced and denied', [refuse('EXTENDED fsync', STATUS.denied)]],
    ['posix-rename that is announced and fails', [refuse('EXTENDED posix-rename', STATUS.failure)]],
    ['posix-rename that is announced and denied', [refuse('EXTENDED posix-rename', STATUS.denied)]],
    ['statvfs that is announced and fails', [refuse('EXTENDED statvfs', STATUS.failure)]],
    ['statvfs that is announced and denied', [refuse('EXTENDED statvfs', STATUS.denied)]],
    ['fstat that fails', [refuse('FSTAT', STATUS.unsupported)]],
    ['lstat that is switched off', [refuse('LSTAT', STATUS.denied)]],
    [
      'a remote_folder that may be listed, but not looked at',
      [fault('status', { only: 'STAT /incoming', value: STATUS.denied, times: 1 })],
    ],
    ['modes that tell no type', [fault('untyped-modes')]],
    ['all extensions at once', [refuse('EXTENDED', STATUS.failure)]],
  ])('%s', async (_, faults) => {
    await expectTransfer(faults)
  })

  test('attributes that a listing or an open file leaves out are asked for by path', async () => {
    await using pair = await ServerPair.create()
    const name = await pair.seal('13:07', 'a\n')
    {
      await using sftp = await pair.serve({
        faults: [fault('bare-attributes', { only: '13-07.jsonl.part', times: 1 })],
      })
      expect(await pair.sync()).toMatchObject({ sent: { files: 1 }, failed: [] })
      expect(sftp.faults.pending).toEqual([])
    }
    await using sftp = await pair.serve({ faults: [fault('bare-attributes', { only: '/2026-11-21/13', times: 2 })] })
    expect(await pair.sync()).toMatchObject({ sent: { files: 0 }, failed: [] })
    expect(sftp.faults.pending).toEqual([])
    expect(await pair.names('incoming')).toEqual(['batch.json', name])
  })

  test('a file that is listed with the size 0 is looked at, and not sent again', async () => {
    await using pair = await ServerPair.create()
    await using sftp = await pair.serve({ faults: [fault('sizeless-list')] })
    await pair.seal('13:07', 'a\n')
    expect(await pair.sync()).toMatchObject({ sent: { files: 1 }, failed: [] })
    expect(await pair.sync()).toMatchObject({ sent: { files: 0 }, failed: [] })
    expect(sftp.faults.fired.length).toBeGreaterThan(0)
  })

  test('a server that tells no size of a file is told as such, and the file stays', async () => {
    await using pair = await ServerPair.create()
    const name = await pair.seal('13:07', 'a\n')
    await using _sftp = await pair.serve({ faults: [fault('bare-attributes')] })
    const result = await pair.sync()
    expect(result.failed).toContain('2026-11-21_13')
    expect(result.reasons.join('\n')).toMatch(/tells no size of .*13-07\.jsonl\.part, 2 were sent/)
    expect(result.reasons.join('\n')).not.toContain('undefined')
    expect(await pair.names('spool')).toContain(name)
  })

  test.each([
    ['failure', STATUS.failure],
    ['bad message', STATUS.badMessage],
    ['permission denied', STATUS.denied],
  ])('what is not there is answered with another status (%s)', async (_, value) => {
    await expectTransfer([fault('odd-missing', { value })])
  })

  test("a folder that is there and can't be listed is not taken for a missing one", async () => {
    await using pair = await ServerPair.create()
    await using _sftp = await pair.serve({ faults: [refuse('OPENDIR /incoming/receipts')] })
    await mkdir(join(pair.incoming, 'receipts'))
    await pair.seal('13:07', 'a\n')
    expect(await pair.sync()).toMatchObject({ sent: { files: 1 }, failed: ["server 1's receipts"] })
  })

  test('remote_folder may be relative', async () => {
    await using pair = await ServerPair.create({ remoteFolder: 'incoming' })
    await using _sftp = await pair.serve()
    await pair.seal('13:07', 'a\n')
    expect(await pair.sync()).toMatchObject({ sent: { files: 1 }, failed: [] })
  })
})

describe('a path that server 1 refuses is named, and everything else goes on:', () => {
  test("an old hour's folder that can't be written", async () => {
    await using pair = await ServerPair.create()
    await using _sftp = await pair.serve({ faults: [refuse('OPEN /incoming/2026-11-21/13/', STATUS.denied)] })
    await pair.seal('13:07', 'a\n')
    const names = [await pair.seal('14:01', 'b\n'), await pair.seal('14:02', 'c\n')]
    const result = await pair.sync()
    expect(syncExitCode(result)).toBe(ExitCode.partial)
    expect(result).toMatchObject({ sent: { files: 2 }, failed: ['2026-11-21_13'] })
    expect(result.reasons[0]).toMatch(
      /does not let user server2 write \/incoming\/2026-11-21\/13\/.*ls -ld there whom .*\/incoming\/2026-11-21\/13 belong to/,
    )
    expect(result.reasons[0]).not.toContain('remote_folder')
    expect(await pair.names('incoming', HOUR + HOUR_MS)).toEqual(['batch.json', ...names])
  })

  test.each(['OPEN', 'OPENDIR'])("journal/ of somebody else's (%s is denied)", async (request) => {
    await using pair = await ServerPair.create()
    await mkdir(join(pair.incoming, 'journal'))
    await using _sftp = await pair.serve({ faults: [refuse(`${request} /incoming/journal`, STATUS.denied)] })
    await pair.seal('13:07', 'a\n')
    const result = await pair.sync()
    expect(result).toMatchObject({ sent: { files: 1 }, failed: ['journal'] })
    expect(result.reasons[0]).toMatch(/does not let user server2 .*\/incoming\/journal/)
  })

  test('a folder of receipts that may not be listed: nothing is removed, nothing that was sent goes twice', async () => {
    await using pair = await ServerPair.create()
    {
      await using _sftp = await pair.serve()
      await pair.seal('13:07', 'a\n')
      await pair.sync()
      await pair.archive()
    }
    await using _sftp = await pair.serve({ faults: [refuse('OPENDIR /incoming/receipts', STATUS.denied)] })
    await pair.seal('14:01', 'b\n')
    const result = await pair.sync()
    expect(result).toMatchObject({ sent: { files: 1 }, removed: 0, failed: ["server 1's receipts"], warnings: [] })
  })

  test('an hour of which one file is refused: the others of it arrive, and the batch waits', async () => {
    await using pair = await ServerPair.create()
    await using _sftp = await pair.serve({
      faults: [refuse('OPEN /incoming/2026-11-21/13/sampled_stream_2026-11-21_13-07', 3)],
    })
    await pair.seal('13:07', 'a\n')
    // More than are under way at once.
    const others: string[] = []
    for (const minute of ['08', '09', '10', '11', '12', '13'])
      others.push(await pair.seal(`13:${minute}`, `${minute}\n`))
    expect(await pair.sync()).toMatchObject({ sent: { files: 6 }, batches: 1, failed: ['2026-11-21_13'] })
    expect(await pair.names('incoming')).toEqual(others)
  })
})

describe('what server 1 sends is bounded:', () => {
  test('a folder without an end is left alone', async () => {
    await using pair = await ServerPair.create()
    await mkdir(join(pair.incoming, '2026-11-21', '13'), { recursive: true })
    await using _sftp = await pair.serve({ faults: [fault('endless-list', { only: '/13', times: 1 })] })
    await pair.seal('13:07', 'a\n')
    await pair.seal('14:01', 'b\n')
    const result = await pair.sync()
    expect(result).toMatchObject({ sent: { files: 1 }, failed: ['2026-11-21_13'] })
    expect(result.reasons[0]).toContain('more than 100000 entries in /incoming/2026-11-21/13')
  })

  test('a receipt that is too large is not read, and its hour waits', async () => {
    await using pair = await ServerPair.create()
    await using _sftp = await pair.serve()
    const name = await pair.seal('13:07', 'a\n')
    await pair.sync()
    await pair.archive()
    await writeFile(join(pair.incoming, 'receipts', '2026-11-21_13.json'), Buffer.alloc(5 << 20, ' '))
    const result = await pair.sync()
    expect(result.failed).toEqual(['2026-11-21_13'])
    expect(result.reasons[0]).toContain('more than 4194304 bytes in /incoming/receipts/2026-11-21_13.json')
    expect(await pair.names('spool')).toContain(name)
  })

  test('what a receipt says of files that are none of its hour is passed over', async () => {
    await using pair = await ServerPair.create()
    await using _sftp = await pair.serve()
    const name = await pair.seal('13:07', 'a\n')
    await pair.sync()
    await pair.archive()
    const path = join(pair.incoming, 'receipts', '2026-11-21_13.json')
    const receipt = JSON.parse(await readFile(path, 'utf8')) as { files: object[] }
    const odd = [
      { name: '../../../etc/passwd', sha256: 'f'.repeat(64) },
      { name, sha256: 'no hash' },
    ]
    await writeFile(path, JSON.stringify({ ...receipt, files: [...receipt.files, ...odd] }))
    expect(await pair.sync()).toMatchObject({ removed: 1, failed: [] })
    expect(JSON.stringify(await pair.batch())).not.toContain('passwd')
  })

  test('what lies there in place of a file is not opened', async () => {
    await using pair = await ServerPair.create()
    await mkdir(join(pair.incoming, 'receipts', 'server-1.json'), { recursive: true })
    await using _sftp = await pair.serve()
    await pair.seal('13:07', 'a\n')
    const result = await pair.sync()
    expect(result).toMatchObject({ sent: { files: 1 }, failed: ["server 1's heartbeat"] })
    expect(result.reasons[0]).toContain('something else than a file at /incoming/receipts/server-1.json')
  })
})

describe('a session that breaks off is a lost connection, never a bug:', () => {
  test.each(['hang-up', 'end-session', 'wrong-answer'])('%s in the middle of a file', async (kind) => {
    await using pair = await ServerPair.create()
    const name = await pair.seal('13:07', 'a\n')
    await using sftp = await pair.serve({
      faults: [fault(kind, { only: kind === 'wrong-answer' ? 'OPEN ' : 'WRITE', times: 1 })],
    })
    const error = await pair.sync().catch((thrown: unknown) => thrown)
    expect(sftp.faults.pending).toEqual([])
    expect(error).toBeInstanceOf(OperatorError)
    expect(error).toMatchObject({ exitCode: ExitCode.temporary })
    expect((error as Error).message).toMatch(/the next run goes on from here/)
    expect(await pair.sync()).toMatchObject({ failed: [] })
    expect(await pair.names('incoming')).toEqual(['batch.json', name])
  })
})

test("a disk of server 2's own that can be read only: all that can be read is sent", async () => {
  await using pair = await ServerPair.create()
  await using _sftp = await pair.serve()
  const name = await pair.seal('13:07', 'a\n')
  await mkdir(join(pair.incoming, 'receipts'))
  await writeFile(join(pair.spool, 'receipts'), 'no folder: nothing can be written in it')
  await writeFile(join(pair.incoming, 'receipts', 'server-1.json'), JSON.stringify(sign))
  await chmod(pair.state, 0o500)
  const result = await pair.sync()
  expect(syncExitCode(result)).toBe(ExitCode.partial)
  expect(result.sent.files).toBe(1)
  expect(await pair.names('incoming')).toEqual(['batch.json', name])
})

const sign = {
  written_at: '2026-11-21T14:00:00Z',
  version: '0.0.0',
  ...{ heartbeat: null, last_hour: null, last_report: null, last_mail: null },
  ...{ mails_waiting: 0, mails_waiting_since: null },
}
