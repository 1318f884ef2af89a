import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeServer1Sign, type Server1Sign } from '../../src/spool/server-1-sign.js'
import { server1Warnings } from '../../src/transfer/server-1-watch.js'
import { ServerPair } from './server-pair.js'

const NOW = Date.parse('2026-11-21T22:08:00Z')

const sign: Server1Sign = {
  written_at: '2026-11-21T21:20:00Z',
  version: '0.0.0',
  heartbeat: { written_at: '2026-11-21T21:19:58Z', connection: 'connected', last_tweet_at: '2026-11-21T21:19:57Z' },
  last_hour: { hour: '2026-11-21_20', revision: 1, archived_at: '2026-11-21T21:20:00Z' },
  last_report: '2026-11-21',
  last_mail: '2026-11-20',
  mails_waiting: 0,
  mails_waiting_since: null,
}

const warnings = (some: Partial<Server1Sign>) => server1Warnings({ ...sign, ...some }, NOW)

describe('of server 1 sync tells', () => {
  test('nothing where all is well, nor before its first hour', () => {
    expect(warnings({})).toEqual([])
    expect(warnings({ heartbeat: null, last_hour: null, last_report: null, last_mail: null })).toEqual([])
  })

  test('that process-hour has not run for hours, and then nothing else', () => {
    expect(warnings({ written_at: '2026-11-21T15:20:00Z', heartbeat: null })).toEqual([
      'process-hour ran last at 2026-11-21T15:20:00Z on server 1: see there whether its timer is on and what it says',
    ])
  })

  test('that its last hour is old though process-hour runs', () => {
    const last_hour = { hour: '2026-11-21_14', revision: 1, archived_at: '2026-11-21T15:20:00Z' }
    expect(warnings({ last_hour })).toEqual([
      expect.stringMatching(/last hour that server 1 archived is 2026-11-21_14/),
    ])
  })

  test('that its collector is dead', () => {
    const heartbeat = { written_at: '2026-11-21T20:00:00Z', connection: 'connected', last_tweet_at: null }
    expect(warnings({ heartbeat })).toEqual([
      expect.stringMatching(/collector gave its last sign of life at .*20:00:00Z/),
    ])
  })

  test('that a time which is ahead of this clock tells nothing', () => {
    expect(warnings({ written_at: '2027-11-21T21:20:00Z' })).toEqual([
      expect.stringMatching(/ran last at 2027-11-21T21:20:00Z, which is ahead of this server's clock: run timedatectl/),
    ])
    expect(warnings({ written_at: '2026-11-21T22:10:00Z', heartbeat: null })).toEqual([])
    const last_hour = { hour: '2026-11-22_14', revision: 1, archived_at: '2026-11-21T15:20:00Z' }
    expect(warnings({ last_hour })).toEqual([expect.stringMatching(/2026-11-22_14, which has not come yet/)])
    const heartbeat = { written_at: '2026-11-22T20:00:00Z', connection: 'connected', last_tweet_at: null }
    expect(warnings({ heartbeat })).toEqual([expect.stringMatching(/22T20:00:00Z, which was ahead of its own clock/)])
  })

  test('that its mails do not get away', () => {
    expect(warnings({ mails_waiting: 2, mails_waiting_since: '2026-11-21T06:10:00Z' })).toEqual([
      expect.stringMatching(/2 mails that it can't send, the oldest since 2026-11-21T06:10:00Z/),
    ])
  })
})

test('sync fetches the sign of server 1, keeps a copy to be seen, and tells what is overdue', async () => {
  await using pair = await ServerPair.create()
  await using _sftp = await pair.serve()
  await writeServer1Sign(pair.incoming, { ...sign, written_at: '2026-11-21T10:20:00Z' })
  const { warnings } = await pair.sync()
  expect(warnings).toEqual([expect.stringMatching(/process-hour ran last at 2026-11-21T10:20:00Z/)])
  expect(pair.log.text()).toContain('process-hour ran last at')
  const copy = await readFile(join(pair.spool, 'receipts', 'server-1.json'), 'utf8')
  expect(JSON.parse(copy)).toMatchObject({ last_mail: '2026-11-20' })
})

test('a damaged sign is told and holds up nothing', async () => {
  await using pair = await ServerPair.create()
  await using _sftp = await pair.serve()
  await mkdir(join(pair.incoming, 'receipts'))
  await writeFile(join(pair.incoming, 'receipts', 'server-1.json'), '{"written')
  await pair.seal('13:07', 'a\n')
  expect(await pair.sync()).toMatchObject({ sent: { files: 1 }, failed: ["server 1's heartbeat"] })
})
