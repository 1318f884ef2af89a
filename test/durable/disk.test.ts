import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { armCrashPoint, crashPoint } from '../../src/durable/crash-point.js'
import { armDiskFaults } from '../../src/durable/disk-fault.js'
import { DiskFile, makeFolder, remove } from '../../src/durable/disk.js'
import { writeWholeFile } from '../../src/durable/whole-file.js'
import { withDiskFaults } from '../support/disk-faults.js'
import { temporaryFolder } from '../support/temporary-folder.js'

test('the trace tells every step of a file that appears whole, in the order that a power cut must find', async () => {
  await using folder = await temporaryFolder()
  await using disk = await withDiskFaults()
  const path = join(folder.path, 'a/b/state.json')
  await makeFolder(join(folder.path, 'a/b'))
  await writeWholeFile(path, 'twelve bytes')
  await remove(path)
  expect(await disk.events()).toEqual([
    { op: 'create-folder', path: join(folder.path, 'a') },
    { op: 'sync-folder', path: folder.path },
    { op: 'create-folder', path: join(folder.path, 'a/b') },
    { op: 'sync-folder', path: join(folder.path, 'a') },
    { op: 'create', path: `${path}.part` },
    { op: 'write', path: `${path}.part`, size: 12 },
    { op: 'sync', path: `${path}.part`, size: 12 },
    { op: 'rename', path: `${path}.part`, to: path },
    { op: 'sync-folder', path: join(folder.path, 'a/b') },
    { op: 'remove', path },
  ])
})

test('a fault fires from its first to its last time, only where it is meant to, and leaves half of a write', async () => {
  await using folder = await temporaryFolder()
  await using disk = await withDiskFaults('ENOSPC:write:2:2:wanted,EIO:sync:1:1:wanted')
  await using other = await DiskFile.open(join(folder.path, 'other'), 'new')
  await using file = await DiskFile.open(join(folder.path, 'wanted'), 'new')
  const bytes = Buffer.from('1234')
  other.append(bytes)
  file.append(bytes)
  expect(() => {
    file.append(bytes)
  }).toThrow(expect.objectContaining({ code: 'ENOSPC' }))
  expect(() => {
    file.append(bytes)
  }).toThrow(expect.objectContaining({ code: 'ENOSPC' }))
  await expect(file.sync()).rejects.toMatchObject({ code: 'EIO' })
  expect(await readFile(file.path, 'utf8')).toBe('12341212')
  await file.cutTo(file.size)
  file.append(Buffer.from('5678'))
  await file.sync()
  expect(await readFile(file.path, 'utf8')).toBe('12345678')
  expect(await disk.fired()).toEqual(['ENOSPC', 'ENOSPC', 'EIO'])
})

test('a file knows its size when it goes on after another process, and that its name was taken from it', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'lines')
  await writeFile(path, '123')
  await using file = await DiskFile.open(path, 'append')
  file.append(Buffer.from('45'))
  expect(file.size).toBe(5)
  expect(await file.isRemoved()).toBe(false)
  await rm(path)
  expect(await file.isRemoved()).toBe(true)
  expect((await file.read(1, 100)).toString()).toBe('2345')
})

test('a new file does not take the place of one that is there', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, 'x'))
  await writeFile(join(folder.path, 'x/y'), 'kept')
  await expect(DiskFile.open(join(folder.path, 'x/y'), 'new')).rejects.toMatchObject({ code: 'EEXIST' })
})

test('a crash point kills at its passage, no earlier, and no other does', () => {
  const killed: string[] = []
  armCrashPoint('seal-before-rename:3', () => killed.push('killed'))
  for (const point of ['seal-before-rename', 'seal-after-rename', 'seal-before-rename'] as const) crashPoint(point)
  expect(killed).toEqual([])
  crashPoint('seal-before-rename')
  expect(killed).toEqual(['killed'])
  armCrashPoint(undefined, () => undefined)
})

test('a crash point or a fault that nobody knows is an error, not a test that tests nothing', () => {
  expect(() => {
    armCrashPoint('no-such-point', () => undefined)
  }).toThrow('no-such-point')
  expect(() => {
    armDiskFaults('ENOSPC:write')
  }).toThrow('ENOSPC:write')
})
