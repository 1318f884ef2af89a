import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { armDiskFaults, watchDisk } from '../../src/durable/disk-fault.js'
import { onDiskNotice } from '../../src/durable/disk-notice.js'
import { DiskFile, syncFolder } from '../../src/durable/disk.js'
import { named } from '../../src/durable/named-fault.js'
import { UntrustedFolder } from '../../src/durable/untrusted-folder.js'
import * as files from '../../src/durable/files.js'
import { failureOf } from '../../src/commands/failure.js'
import { withDiskFaults } from '../support/disk-faults.js'
import { temporaryFolder } from '../support/temporary-folder.js'

/** Open a file, do something with it, and close it. */
async function within(path: string, flags: string, work: (file: files.FileHandle) => Promise<unknown>) {
  await using file = await files.open(path, flags)
  await work(file)
}

const bytesOf = async (path: string) => Buffer.concat(await Array.fromAsync(files.createReadStream(path)))

test.each([
  ['EACCES', 'open', async (path: string) => files.open(path)],
  ['EIO', 'read', async (path: string) => files.readFile(path, 'utf8')],
  ['EIO', 'read', async (path: string) => within(path, 'r', (file) => file.read(Buffer.alloc(1), 0, 1, 0))],
  ['EIO', 'read', bytesOf],
  ['EMFILE', 'open', bytesOf],
  ['EACCES', 'stat', async (path: string) => files.stat(path)],
  ['EMFILE', 'list', async (path: string) => files.readdir(join(path, '..'))],
  ['EROFS', 'create', async (path: string) => files.open(path, 'w')],
  ['ENOSPC', 'write', async (path: string) => within(path, 'a', (file) => file.appendFile('b'))],
  ['EIO', 'sync', async (path: string) => within(path, 'a', (file) => file.sync())],
  ['EPERM', 'rename', async (path: string) => files.rename(path, `${path}2`)],
  ['EROFS', 'remove', async (path: string) => files.rm(path)],
  ['EPERM', 'link', async (path: string) => files.link(path, `${path}2`)],
  ['EDQUOT', 'create-folder', async (path: string) => files.mkdir(`${path}2`)],
])('%s can be injected into %s, and then nothing was done', async (code, op, call) => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'a')
  await writeFile(path, 'text')
  await using faults = await withDiskFaults(`${code}:${op}:1:1:${folder.path}`)
  await expect(call(path)).rejects.toMatchObject({ code })
  expect(await faults.fired()).toEqual([code])
  expect(await readdir(folder.path)).toEqual(['a'])
})

test('every operation is shown to who watches, before it is done', async () => {
  await using folder = await temporaryFolder()
  const seen: string[] = []
  watchDisk((op) => seen.push(op))
  await files.mkdir(join(folder.path, 'b'))
  await (await files.open(join(folder.path, 'c'), 'w')).close()
  watchDisk(undefined)
  await files.readdir(folder.path)
  expect(seen).toEqual(['create-folder', 'create'])
})

test.each(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EBADF', 'EISDIR'])(
  'a file system whose folders cannot be synced (%s) is told of once, and the work goes on',
  async (code) => {
    await using folder = await temporaryFolder()
    const told: string[] = []
    onDiskNotice((sentence) => told.push(sentence))
    armDiskFaults(`${code}:sync-folder:1:9`)
    await syncFolder(folder.path)
    await mkdir(join(folder.path, 'a'))
    await syncFolder(join(folder.path, 'a'))
    await using strangers = await UntrustedFolder.open(folder.path)
    await strangers?.writeWhole('b', 'whole')
    armDiskFaults(undefined)
    expect(await readFile(join(folder.path, 'b'), 'utf8')).toBe('whole')
    expect(told).toEqual([expect.stringContaining(`the file system of ${folder.path} can't put the names in a folder`)])
    expect(told[0]).toContain(`(fsync: ${code})`)
  },
)

test('a disk that fails at the sync of a folder is no file system without one', async () => {
  await using folder = await temporaryFolder()
  armDiskFaults('EIO:sync-folder:1:1')
  await expect(syncFolder(folder.path)).rejects.toMatchObject({ code: 'EIO' })
  armDiskFaults('EIO:sync-folder:1:1')
  await using strangers = await UntrustedFolder.open(folder.path)
  await expect(strangers?.writeWhole('b', 'whole')).rejects.toThrow('EIO')
  armDiskFaults(undefined)
})

test.each(['EINVAL', 'EBADF', 'EPIPE', 'EISDIR', 'ENOENT', 'ENOTDIR', 'ELOOP', 'EMFILE', 'ECONNRESET', 'ETIMEDOUT'])(
  '%s is the system that refuses, and no bug',
  (code) => {
    const { words } = failureOf(Object.assign(new Error(`${code}: refused`), { code }), false)
    expect(words).toContain(`the machine refused: ${code}`)
  },
)

test.each([
  ['EINVAL', '/dev/null', (path: string) => within(path, 'a', (file) => file.sync())],
  ['EINVAL', '/dev/null', (path: string) => within(path, 'a', (file) => file.truncate(1))],
  ['ENOSPC', '/dev/full', (path: string) => within(path, 'a', (file) => file.appendFile('b'))],
  ['EISDIR', '/dev', (path: string) => files.readAny(path)],
])('what fails on an open file (%s of %s) names the file, once', async (code, path, call) => {
  const error = await call(path).then(
    () => undefined,
    (reason: unknown) => reason as NodeJS.ErrnoException,
  )
  expect(error).toMatchObject({ code, path })
  expect(error?.message.split(`'${path}'`)).toHaveLength(2)
})

test('an error that has a path already, and one that is none of the system, stay as they are', () => {
  const told = Object.assign(new Error("EACCES: open '/a'"), { code: 'EACCES', path: '/a' })
  expect(named(told, '/b')).toBe(told)
  expect(told).toMatchObject({ message: "EACCES: open '/a'", path: '/a' })
  const bug = new TypeError('x is not a function')
  expect(named(bug, '/b')).toBe(bug)
  expect(bug).not.toHaveProperty('path')
})

test.each([
  ['fsync', (file: DiskFile) => file.sync()],
  ['truncate', (file: DiskFile) => file.cutTo(0)],
  ['read', (file: DiskFile) => file.read(0, 1)],
])('what the system says of %s on a file that is written names the file', async (_, call) => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'a')
  const file = await DiskFile.open(path, 'new')
  await file.close()
  await expect(call(file)).rejects.toMatchObject({
    code: 'EBADF',
    path,
    message: expect.stringContaining(path) as string,
  })
})
