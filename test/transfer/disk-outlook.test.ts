import { statfs } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { diskWarning, type DiskFacts } from '../../src/transfer/disk-outlook.js'
import { HOUR_MS } from '../../src/utc.js'
import { HOUR, ServerPair } from './server-pair.js'

const NOW = Date.parse('2026-11-21T22:08:00Z')
const GIB = 2 ** 30
const fine: DiskFacts = {
  freeBytes: 40 * GIB,
  keptBytes: 0,
  bytesADay: 10 * GIB,
  waitingSince: undefined,
  scarce: false,
}
const warning = (some: Partial<DiskFacts>) => diskWarning('/spool', { ...fine, ...some }, NOW)

describe('the warning of a full disk', () => {
  test('does not come while server 1 takes what is sealed', () => {
    expect(warning({})).toBeUndefined()
    expect(warning({ waitingSince: NOW - 6 * HOUR_MS })).toBeUndefined()
  })

  test('says first which hours wait, then the day at the present rate', () => {
    expect(warning({ waitingSince: HOUR })).toBe(
      "hours since 2026-11-21_13 wait for server 1's receipt: see that server 1 can be reached and that process-hour runs there; " +
        'the disk of /spool has 40.0 GiB free, and 10.0 GiB came within a day: at this rate it is full on 2026-11-25',
    )
  })

  test('counts as room what has its receipt and is only kept', () => {
    expect(warning({ waitingSince: HOUR, keptBytes: 20 * GIB })).toContain('full on 2026-11-27')
  })

  test('comes also where room is short', () => {
    expect(warning({ scarce: true, freeBytes: GIB })).toMatch(/1\.0 GiB free.*full on 2026-11-22.*Make room/)
  })

  test('leaves out a disk that lasts for more than a month', () => {
    expect(warning({ waitingSince: HOUR, bytesADay: GIB })).toMatch(/^hours since 2026-11-21_13 wait .* runs there$/)
    expect(warning({ waitingSince: HOUR, bytesADay: 0 })).not.toContain('disk')
  })

  test('names no day that is far away', () => {
    expect(warning({ scarce: true, bytesADay: 0 })).toContain('it is full in more than a year')
  })
})

test('sync reckons with what was sealed within the last day, also where server 1 cannot be reached', async () => {
  await using pair = await ServerPair.create()
  await pair.seal('13:07', 'x'.repeat(1000))
  await pair.seal('13:08', 'y'.repeat(1000))
  {
    await using _sftp = await pair.serve()
  }
  pair.clock.advance(7 * HOUR_MS)
  await expect(pair.sync()).rejects.toThrow(/can't be reached/)
  const { bavail, bsize } = await statfs(pair.spool)
  const isNear = (bavail * bsize) / 2000 <= 30
  const [event] = pair.log.events.filter(({ msg }) => /^hours since 2026-11-21_13 wait/.test(String(msg)))
  expect(event).toMatchObject({ level: 40 })
  expect(String(event?.['msg']).includes('it is full')).toBe(isNear)
})
