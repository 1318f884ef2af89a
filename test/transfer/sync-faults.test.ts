import { writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { takeLock } from '../../src/durable/lock.js'
import { ExitCode, type OperatorError } from '../../src/operator-error.js'
import type { Fault } from '../../src/simulator/fault-plan.js'
import { ed25519KeyPair } from '../../src/simulator/sftp/key-pair.js'
import { syncExitCode } from '../../src/transfer/sync.js'
import { HOUR_MS } from '../../src/utc.js'
import { BRIEF_MS } from '../support/patience.js'
import { HOUR, ServerPair } from './server-pair.js'

const fault = (kind: string, rest: Partial<Fault> = {}): Fault => ({ service: 'sftp', kind, ...rest })
const KIB = 1024
/** A file that takes several writes. */
const LONG = '0123456789abcde\n'.repeat(13 * KIB)

/** The one line that the operator gets, and the exit code. */
async function refusal(run: Promise<unknown>): Promise<[ExitCode, string]> {
  const error = await run.then(
    () => expect.unreachable('the run succeeded'),
    (thrown: unknown) => thrown as OperatorError,
  )
  expect(error.message).not.toContain('\n')
  return [error.exitCode, error.message]
}

describe.each([{ extensions: true }, { extensions: false }])(
  'with a server whose extensions are $extensions',
  (server) => {
    test.each([0, 64, 128, 192, 300])('a connection cut after %i KiB of a file costs nothing', async (kib) => {
      await using pair = await ServerPair.create()
      const name = await pair.seal('13:07', LONG)
      {
        await using sftp = await pair.serve({ ...server, faults: [fault('cut', { only: name, value: kib * KIB })] })
        const [exitCode, message] = await refusal(pair.sync())
        expect(sftp.faults.pending).toEqual([])
        expect(exitCode).toBe(ExitCode.temporary)
        expect(message).toMatch(/^the connection to 127\.0\.0\.1:\d+ was lost .*the next run goes on/)
        expect(await pair.names('incoming')).toEqual([`${name}.part`])
      }
      await using _sftp = await pair.serve(server)
      expect(await pair.sync()).toMatchObject({ sent: { files: 1 } })
      expect(await pair.names('incoming')).toEqual(['batch.json', name])
      expect(await pair.content('incoming', name)).toBe(LONG)
    })

    test('the batch comes after all files that it names', async () => {
      await using pair = await ServerPair.create()
      await using sftp = await pair.serve({ ...server, faults: [fault('cut', { only: '13/batch.json' })] })
      const names = [await pair.seal('13:07', 'a\n'), await pair.seal('13:08', 'b\n'), await pair.seal('13:09', 'c\n')]
      await refusal(pair.sync())
      expect(sftp.faults.pending).toEqual([])
      expect(await pair.names('incoming')).toEqual(['batch.json.part', ...names])
      expect(await pair.names('spool')).toEqual(names)
    })
  },
)

test('older hours go before younger ones', async () => {
  await using pair = await ServerPair.create()
  await using sftp = await pair.serve({ faults: [fault('cut', { only: '14/' })] })
  await pair.seal('14:01', 'b\n')
  await pair.seal('13:07', 'a\n')
  await refusal(pair.sync())
  expect(sftp.faults.pending).toEqual([])
  expect(await pair.names('incoming')).toContain('batch.json')
})

test('a half file whose minute was archived meanwhile is cleared away', async () => {
  await using pair = await ServerPair.create()
  await using _sftp = await pair.serve()
  const name = await pair.seal('13:07', 'a\n')
  await pair.sync()
  await pair.archive()
  await writeFile(join(pair.incoming, '2026-11-21', '13', `${name}.part`), 'half')
  await pair.sync()
  expect(await pair.names('incoming')).toEqual(['batch.json'])
})

test('a disk that is full there is told as such, loses nothing, and leaves no half files', async () => {
  await using pair = await ServerPair.create()
  const name = await pair.seal('13:07', LONG)
  const faults = [
    fault('disk-full', { only: name, times: 9 }),
    fault('little-space', { value: 4096, after: 6, times: 9 }),
  ]
  await using sftp = await pair.serve({ faults: [fault('little-space', { value: 1e9 }), ...faults] })
  const result = await pair.sync()
  expect(sftp.faults.fired.map(({ fault: { kind } }) => kind)).toContain('disk-full')
  expect(syncExitCode(result)).toBe(ExitCode.partial)
  expect(result.failed).toContain('2026-11-21_13')
  expect(result.reasons.join('\n')).toMatch(
    /can't take .*13-07.jsonl.part: its disk is full.*make room there; nothing is lost/,
  )
  expect(await pair.names('spool')).toEqual([name])
  expect(await pair.names('incoming')).toEqual([])
})

test('a renaming that is refused leaves that hour, and the others go on', async () => {
  await using pair = await ServerPair.create()
  const name = await pair.seal('13:07', 'a\n')
  await pair.seal('14:01', 'b\n')
  await using sftp = await pair.serve({ faults: [fault('rename-refused', { only: name, times: 3 })] })
  const result = await pair.sync()
  expect(sftp.faults.pending).toEqual([])
  expect(result).toMatchObject({
    ...{ sent: { files: 1 }, failed: ['2026-11-21_13'] },
    reasons: [
      expect.stringMatching(/^2026-11-21_13: .*could not rename .*look at what lies there; it is tried again$/),
    ],
  })
  expect(syncExitCode(result)).toBe(ExitCode.partial)
  expect(await pair.names('incoming')).not.toContain('batch.json')
  expect(await pair.names('incoming', HOUR + HOUR_MS)).toContain('batch.json')
  expect(await pair.sync()).toMatchObject({ sent: { files: 1 }, failed: [] })
  expect(await pair.names('incoming')).toEqual(['batch.json', name])
})

test('a server that stays silent is left after a while', async () => {
  await using pair = await ServerPair.create()
  const name = await pair.seal('13:07', 'a\n')
  await using sftp = await pair.serve({ faults: [fault('stall', { only: name })] })
  const [exitCode, message] = await refusal(pair.sync({ clock: hasty(pair) }))
  expect(sftp.faults.pending).toEqual([])
  expect(exitCode).toBe(ExitCode.temporary)
  expect(message).toMatch(/has not answered for 2 s/)
  expect(await pair.sync()).toMatchObject({ sent: { files: 1 } })
})

test('a host key other than the expected one ends the run before anything is sent', async () => {
  await using pair = await ServerPair.create()
  await using sftp = await pair.serve()
  pair.target = { ...pair.target, hostKey: 'SHA256:AAAA' }
  const [exitCode, message] = await refusal(pair.sync())
  expect(exitCode).toBe(ExitCode.failed)
  expect(message).toContain(`shows the ssh-ed25519 host key ${sftp.fingerprint}, [sync] host_key expects SHA256:AAAA`)
})

test('a key that the server refuses is named', async () => {
  await using pair = await ServerPair.create()
  await using sftp = await pair.serve({ faults: [fault('refuse-login')] })
  const [exitCode, message] = await refusal(pair.sync())
  expect(sftp.faults.pending).toEqual([])
  expect(exitCode).toBe(ExitCode.failed)
  expect(message).toMatch(
    /refuses user server2 with the key .*\/key: put its public half into that user's authorized_keys/,
  )
})

test('a missing remote folder is named', async () => {
  await using pair = await ServerPair.create({ remoteFolder: '/elsewhere' })
  await using _sftp = await pair.serve()
  const [exitCode, message] = await refusal(pair.sync())
  expect(exitCode).toBe(ExitCode.failed)
  expect(message).toMatch(/has no folder \/elsewhere for user server2: make it there/)
})

test('a folder that may not be written is named', async () => {
  await using pair = await ServerPair.create()
  await using sftp = await pair.serve({ faults: [fault('read-only', { times: 99 })] })
  await pair.seal('13:07', 'a\n')
  const [exitCode, message] = await refusal(pair.sync())
  expect(sftp.faults.fired.length).toBeGreaterThan(2)
  expect(exitCode).toBe(ExitCode.failed)
  expect(message).toMatch(
    /does not let user server2 make \/incoming\/journal \(permission denied\): make that user the owner/,
  )
})

describe('a private key', () => {
  test('that is missing is named', async () => {
    await using pair = await ServerPair.create({ privateKeyFile: '/nowhere/key' })
    const [, message] = await refusal(pair.sync())
    expect(message).toMatch(/\[sync\] private_key_file: there is no file \/nowhere\/key/)
  })

  test('that others may read is refused', async () => {
    await using pair = await ServerPair.create()
    await pair.openKeyTo(0o644)
    const [, message] = await refusal(pair.sync())
    expect(message).toMatch(/others may use .*key \(its mode is 0644\): run chmod 600/)
  })

  test('that wants a passphrase is refused', async () => {
    await using pair = await ServerPair.create()
    const options = { passphrase: 'secret words', cipher: 'aes256-cbc', rounds: 1 }
    await writeFile(pair.keyFile, ed25519KeyPair(options).private)
    const [, message] = await refusal(pair.sync())
    expect(message).toMatch(/wants a passphrase: take it off with ssh-keygen -p -f/)
  })

  test('that is none is refused, and not shown', async () => {
    await using pair = await ServerPair.create()
    await writeFile(pair.keyFile, 'no key at all')
    const [, message] = await refusal(pair.sync())
    expect(message).toMatch(/is no private key: make one with ssh-keygen/)
    expect(message).not.toContain('no key at all')
  })
})

describe('without a network', () => {
  test('a port where nobody listens is tried again by the next run', async () => {
    await using pair = await ServerPair.create()
    {
      await using _sftp = await pair.serve()
    }
    const [exitCode, message] = await refusal(pair.sync())
    expect(exitCode).toBe(ExitCode.temporary)
    expect(message).toMatch(
      /127\.0\.0\.1:\d+ can't be reached \(ECONNREFUSED\): nothing is lost, the next run tries again/,
    )
  })

  test('a host that takes the connection and says nothing is left after a while', async () => {
    await using pair = await ServerPair.create()
    await using mute = await listening(createServer())
    pair.target = { ...pair.target, port: mute.port }
    const [exitCode, message] = await refusal(pair.sync({ clock: hasty(pair) }))
    expect(exitCode).toBe(ExitCode.temporary)
    expect(message).toMatch(/can't be reached \(Timed out|has not answered/)
  })

  test('a host that hangs up at once is tried again by the next run', async () => {
    await using pair = await ServerPair.create()
    await using rude = await listening(createServer((socket) => socket.destroy()))
    pair.target = { ...pair.target, port: rude.port }
    const [exitCode] = await refusal(pair.sync())
    expect(exitCode).toBe(ExitCode.temporary)
  })
})

test('a second sync at the same time leaves with code 75', async () => {
  await using pair = await ServerPair.create()
  await using _lock = await takeLock(pair.spool, 'sync', Date)
  const [exitCode, message] = await refusal(pair.sync())
  expect(exitCode).toBe(ExitCode.temporary)
  expect(message).toMatch(/another sync is at work/)
})

test('a spool that is not there is named', async () => {
  await using pair = await ServerPair.create()
  const settings = pair.settings()
  pair.settings = () => ({ ...settings, spool: { ...settings.spool, folder: '/nowhere/spool' } })
  const [exitCode, message] = await refusal(pair.sync())
  expect(exitCode).toBe(ExitCode.failed)
  expect(message).toMatch(/there is no spool at \/nowhere\/spool/)
})

test('to be stopped is no error, and the next run goes on', async () => {
  await using pair = await ServerPair.create()
  const name = await pair.seal('13:07', 'a\n')
  await using sftp = await pair.serve({ faults: [fault('stall', { only: name })] })
  const stop = new AbortController()
  const stopped = pair.sync({ signal: stop.signal })
  await expect.poll(() => sftp.faults.pending, { interval: 5 }).toEqual([])
  stop.abort()
  expect(await stopped).toMatchObject({ stopped: true, sent: { files: 0 } })
  expect(await pair.sync()).toMatchObject({ stopped: false, sent: { files: 1 } })
})

test('neither key nor content shows in the log', async () => {
  await using pair = await ServerPair.create()
  await using _sftp = await pair.serve()
  await pair.seal('13:07', 'a secret tweet\n')
  await pair.sync()
  expect(pair.log.text()).not.toMatch(/secret tweet|PRIVATE KEY/)
})

/** The pair's clock, with little patience on sockets. */
const hasty = (pair: ServerPair) => ({
  now: () => pair.clock.now(),
  sleep: pair.clock.sleep.bind(pair.clock),
  socketMs: () => BRIEF_MS,
})

async function listening(server: Server): Promise<AsyncDisposable & { port: number }> {
  const sockets = new Set<{ destroy(): unknown }>()
  server.on('connection', (socket) => sockets.add(socket.on('error', () => undefined)))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
