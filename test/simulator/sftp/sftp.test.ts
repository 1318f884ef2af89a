import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import SftpClient from 'ssh2-sftp-client'
import type { Client, SFTPWrapper } from 'ssh2'
import { describe, expect, test } from 'vitest'
import { FaultPlan, type Fault } from '../../../src/simulator/fault-plan.js'
import { ed25519KeyPair } from '../../../src/simulator/sftp/key-pair.js'
import { startSftp, type SftpOptions } from '../../../src/simulator/sftp/sftp.js'
import { ManualClock } from '../../support/manual-clock.js'
import { recordingLog } from '../../support/recording-log.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const SFTP = '/usr/bin/sftp'
const key = ed25519KeyPair()
const quiet = { error: () => undefined, end: () => undefined, close: () => undefined }

/** A server on a new folder, and how to log in to it. */
async function serve({ extensions = true, faults = plan(), hostKey }: Partial<SftpOptions> = {}) {
  const folder = await temporaryFolder()
  const sftp = await startSftp({
    folder: folder.path,
    user: 'server2',
    authorizedKey: key.public,
    extensions,
    log: recordingLog(),
    ...(hostKey === undefined ? {} : { hostKey }),
    faults,
  })
  const clients: SftpClient[] = []
  return {
    folder: folder.path,
    sftp,
    faults,
    async login({ username = 'server2', privateKey = key.private } = {}) {
      const client = new SftpClient('test', quiet)
      const connecting = client.connect({ host: '127.0.0.1', port: sftp.port, username, privateKey })
      // Nagle's algorithm costs 40 ms a request; ssh2-sftp-client keeps ssh2's client there, its types leave it out.
      ;(client as unknown as { client: Client }).client.setNoDelay()
      const raw = await connecting
      clients.push(client)
      return { client, raw }
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) await client.end().catch(() => undefined)
      await sftp[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

const fault = (kind: string, rest: Partial<Fault> = {}): Fault => ({ service: 'sftp', kind, ...rest })

test('a file that was put comes back the same, in any size', async () => {
  await using server = await serve()
  const { client } = await server.login()
  for (const size of [0, 1, 40_000, 1_000_000]) {
    const content = Buffer.alloc(size, 'abc')
    await client.put(content, `/file-${size}`)
    expect(await readFile(join(server.folder, `file-${size}`))).toEqual(content)
    if (size > 0) expect(await client.get(`/file-${size}`)).toEqual(content)
  }
})

test('folders are made, listed and removed', async () => {
  await using server = await serve()
  const { client } = await server.login()
  await client.mkdir('/a/b', true)
  await client.put(Buffer.from('x'), 'a/file', { writeStreamOptions: { mode: 0o640 } })
  const entries = (await client.list('/a')).map(({ name, type, size }) => ({ name, type, size }))
  expect(entries.sort((x, y) => (x.name < y.name ? -1 : 1))).toMatchObject([
    { name: 'b', type: 'd' },
    { name: 'file', type: '-', size: 1 },
  ])
  expect((await stat(join(server.folder, 'a', 'file'))).mode & 0o777).toBe(0o640)
  await client.rmdir('/a/b')
  await client.delete('/a/file')
  expect(await client.list('/a')).toEqual([])
  await expect(client.stat('/a/file')).rejects.toThrow('No such file')
})

test('a long listing comes whole', async () => {
  await using server = await serve()
  const { client } = await server.login()
  for (let index = 0; index < 350; index += 1) await writeFile(join(server.folder, `f${index}`), '')
  expect(await client.list('/')).toHaveLength(350)
})

test('RENAME refuses an existing target, posix-rename replaces it', async () => {
  await using server = await serve()
  const { client } = await server.login()
  await client.put(Buffer.from('new'), '/new')
  await client.put(Buffer.from('old'), '/old')
  await expect(client.rename('/new', '/old')).rejects.toMatchObject({ code: 4 })
  await client.posixRename('/new', '/old')
  expect(await readFile(join(server.folder, 'old'), 'utf8')).toBe('new')
  await client.rename('/old', '/other')
  expect(await client.exists('/old')).toBe(false)
})

test('fsync and statvfs are answered', async () => {
  await using server = await serve()
  const { raw } = await server.login()
  const handle = await new Promise<Buffer>((resolve, reject) => {
    raw.open('/file', 'w', (error, opened) => {
      if (error) reject(error)
      else resolve(opened)
    })
  })
  await new Promise<void>((resolve, reject) => {
    raw.ext_openssh_fsync(handle, (error) => {
      if (error) reject(error)
      else resolve()
    })
  })
  const space = await freeSpace(raw)
  expect(space.f_frsize * space.f_bavail).toBeGreaterThan(0)
})

test('without extensions none is announced', async () => {
  await using server = await serve({ extensions: false })
  const { client } = await server.login()
  await client.put(Buffer.from('a'), '/a')
  await expect(client.posixRename('/a', '/b')).rejects.toThrow('does not support this extended request')
})

test('nobody gets in with another key or another name', async () => {
  await using server = await serve()
  const stranger = ed25519KeyPair().private
  await expect(server.login({ privateKey: stranger })).rejects.toThrow('All configured authentication methods failed')
  await expect(server.login({ username: 'root' })).rejects.toThrow('All configured authentication methods failed')
})

describe('nothing outside the folder can be reached', () => {
  test.each(['/../../../../etc/passwd', '../../etc/passwd', '/out/passwd', '/link'])('by %s', async (path) => {
    await using server = await serve()
    await mkdir(join(server.folder, 'etc'))
    await symlink('/etc', join(server.folder, 'out'))
    await symlink('/etc/passwd', join(server.folder, 'link'))
    const { client } = await server.login()
    await expect(client.get(path)).rejects.toThrow(/No such file|Permission denied|Failure/)
    await expect(client.put(Buffer.from('x'), `${path}-new/x`)).rejects.toThrow(/No such file|Permission denied/)
  })

  test('by listing a link', async () => {
    await using server = await serve()
    await symlink('/etc', join(server.folder, 'out'))
    const { client } = await server.login()
    await expect(client.list('/out')).rejects.toThrow()
  })
})

test('the fingerprint is the one of the key that clients are shown', async () => {
  const hostKey = ed25519KeyPair()
  await using server = await serve({ hostKey: hostKey.private })
  await using again = await serve({ hostKey: hostKey.private })
  expect(server.sftp.fingerprint).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/)
  expect(again.sftp.fingerprint).toBe(server.sftp.fingerprint)
})

test('open connections are counted', async () => {
  await using server = await serve()
  const { client } = await server.login()
  expect(server.sftp.connections).toBe(1)
  await client.end()
  await expect.poll(() => server.sftp.connections, { interval: 5 }).toBe(0)
})

describe('faults happen when the plan says so', () => {
  test('a connection is cut after so many bytes of a file', async () => {
    await using server = await serve({ faults: plan(fault('cut', { only: '/b', value: 50_000 })) })
    const { client } = await server.login()
    await client.put(Buffer.alloc(100_000), '/a')
    await expect(client.put(Buffer.alloc(100_000), '/b')).rejects.toThrow()
    expect(server.faults.pending).toEqual([])
    expect((await stat(join(server.folder, 'b'))).size).toBe(50_000)
  })

  test('a login is refused', async () => {
    await using server = await serve({ faults: plan(fault('refuse-login')) })
    await expect(server.login()).rejects.toThrow('All configured authentication methods failed')
    expect(server.faults.pending).toEqual([])
    await server.login()
  })

  test('a disk is full, a renaming is refused, a folder is read-only', async () => {
    const faults = [fault('disk-full', { only: '/full' }), fault('rename-refused'), fault('read-only', { only: '/ro' })]
    await using server = await serve({ faults: plan(...faults) })
    const { client } = await server.login()
    await expect(client.fastPut(import.meta.filename, '/full')).rejects.toThrow('Failure')
    await client.put(Buffer.from('a'), '/a')
    await expect(client.rename('/a', '/b')).rejects.toMatchObject({ code: 4 })
    await expect(client.put(Buffer.from('a'), '/ro')).rejects.toThrow('Permission denied')
    expect(server.faults.pending).toEqual([])
  })

  test('room is said to be little', async () => {
    await using server = await serve({ faults: plan(fault('little-space', { value: 8192 })) })
    const { raw } = await server.login()
    const { f_frsize, f_bavail } = await freeSpace(raw)
    expect(f_frsize * f_bavail).toBe(8192)
    expect(server.faults.pending).toEqual([])
  })
})

test.skipIf(!existsSync(SFTP) && process.env['REQUIRE_ALL'] !== '1')(
  "OpenSSH's own client gets along with it, extensions and all",
  async () => {
    await using server = await serve()
    await using own = await temporaryFolder()
    await writeFile(join(own.path, 'key'), key.private, { mode: 0o600 })
    await writeFile(join(own.path, 'source'), 'any content')
    await writeFile(join(own.path, 'batch'), 'put source /a\nput source /b\nrename /a /b\ndf /\nls -l /\n')
    const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR', 'IdentitiesOnly=yes']
    const words = [
      ...options.flatMap((option) => ['-o', option]),
      ...['-i', 'key', '-P', String(server.sftp.port), '-b', 'batch'],
      'server2@127.0.0.1',
    ]
    const { stdout } = await promisify(execFile)(SFTP, words, { cwd: own.path })
    expect(stdout).toMatch(/%Capacity/)
    expect(await readFile(join(server.folder, 'b'), 'utf8')).toBe('any content')
    expect(existsSync(join(server.folder, 'a'))).toBe(false)
  },
)

const plan = (...faults: Fault[]) => new FaultPlan(faults, new ManualClock(0))

function freeSpace(raw: SFTPWrapper): Promise<{ f_frsize: number; f_bavail: number }> {
  return new Promise((resolve, reject) => {
    raw.ext_openssh_statvfs('/', (error, space: { f_frsize: number; f_bavail: number }) => {
      if (error) reject(error)
      else resolve(space)
    })
  })
}
