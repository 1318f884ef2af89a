import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeDayReport } from '../../src/report/write-day-report.js'
import { recordingLog } from '../support/recording-log.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { bookOf, putBooks, putBookText } from './book-of.js'

const DAY = Date.parse('2026-11-21T00:00:00Z')

async function reportIn(vaultFolder: string, redundant = false) {
  const log = recordingLog()
  const written = await writeDayReport({ vaultFolder, day: DAY, redundant }, log)
  return { ...written, log, text: written.changed ? await readFile(written.path, 'utf8') : undefined }
}

test('a day is written from its own books alone, and again when one is new', async () => {
  await using vault = await temporaryFolder()
  await putBooks(vault.path, bookOf('2026-11-20_23'), bookOf('2026-11-21_00', { only1: 7 }), bookOf('2026-11-22_00'))
  const first = await reportIn(vault.path)
  expect(first.path).toBe(join(vault.path, '2026-11-21', '2026-11-21_report.txt'))
  expect(first.text).toBe('hour\ttweets\n00\t7\n')
  await putBooks(vault.path, bookOf('2026-11-21_23', { only1: 9 }))
  expect((await reportIn(vault.path)).text).toBe('hour\ttweets\n00\t7\n23\t9\n')
})

test('a report that says the same already is not touched', async () => {
  await using vault = await temporaryFolder()
  await putBooks(vault.path, bookOf('2026-11-21_00'))
  const { path } = await reportIn(vault.path)
  const before = await stat(path)
  expect((await reportIn(vault.path)).changed).toBe(false)
  const { ino, mtimeMs } = await stat(path)
  expect({ ino, mtimeMs }).toEqual({ ino: before.ino, mtimeMs: before.mtimeMs })
})

test('a day without books gets no file, and no folder', async () => {
  await using vault = await temporaryFolder()
  expect(await reportIn(vault.path)).toMatchObject({ changed: false, books: [], damaged: [] })
  expect(await readdir(vault.path)).toEqual([])
})

test('a damaged book is left as it is, has no row, and is told of', async () => {
  await using vault = await temporaryFolder()
  await putBooks(vault.path, bookOf('2026-11-21_01', { only1: 1 }))
  const damaged = await putBookText(vault.path, '2026-11-21_02', '{"hour": "2026-11-')
  const report = await reportIn(vault.path)
  expect(report.text).toBe('hour\ttweets\n01\t1\n')
  expect(report.damaged).toEqual([Date.parse('2026-11-21T02:00Z')])
  expect(report.log.events).toEqual([
    expect.objectContaining({ level: 50, msg: expect.stringContaining(`${damaged} is damaged`) as string }),
  ])
  expect(await readFile(damaged, 'utf8')).toBe('{"hour": "2026-11-')
})
