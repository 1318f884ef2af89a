import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CorruptStateError } from '../../src/durable/state-file.js'
import { readHeartbeat, writeHeartbeat, type Heartbeat } from '../../src/health/heartbeat.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const HEARTBEAT: Heartbeat = {
  process: 17,
  server: 1,
  version: '1.2.3',
  started_at: '2026-11-21T13:00:00.000Z',
  written_at: '2026-11-21T13:07:05.000Z',
  connection: 'connected',
  connected_at: '2026-11-21T13:00:01.000Z',
  last_byte_at: '2026-11-21T13:07:04.000Z',
  last_tweet_at: null,
  covered_until: null,
  totals: { tweets: 0, rejected: 0, connects: 1, disconnects: 0 },
  open_minutes: [],
}

test('a heartbeat is read as it was written, and the newest takes the place of the last', async () => {
  await using folder = await temporaryFolder()
  expect(await readHeartbeat(folder.path)).toBeUndefined()
  await writeHeartbeat(folder.path, HEARTBEAT)
  const next: Heartbeat = { ...HEARTBEAT, connection: 'stopped' }
  await writeHeartbeat(folder.path, next)
  expect(await readHeartbeat(folder.path)).toEqual(next)
  expect(await readdir(folder.path)).toEqual(['heartbeat.json'])
})

test('who reads while it is written sees a whole one', async () => {
  await using folder = await temporaryFolder()
  await writeHeartbeat(folder.path, HEARTBEAT)
  const writing = (async () => {
    for (let i = 0; i < 200; i++) await writeHeartbeat(folder.path, { ...HEARTBEAT, process: i })
  })()
  for (let i = 0; i < 200; i++) expect(await readHeartbeat(folder.path)).toMatchObject({ server: 1 })
  await writing
})

test('a damaged one is told apart from none', async () => {
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'heartbeat.json'), '{"process":')
  await expect(readHeartbeat(folder.path)).rejects.toThrow(CorruptStateError)
})
