import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { ExitCode } from '../../src/operator-error.js'
import type { Fault } from '../../src/simulator/fault-plan.js'
import { startCollector } from '../support/program.js'
import { ServerPair } from '../transfer/server-pair.js'

/** A file that takes two writes. */
const LONG = '0123456789abcde\n'.repeat(3 * 1024)

/** Start the built program's sync on a pair's spool, at the pair's time. */
async function startSync(pair: ServerPair) {
  const { target, root } = pair
  const settings = join(root, 'settings.ini')
  await writeFile(
    settings,
    `[server]\nnumber = 2\nstate_folder = ${pair.state}\n[spool]\nfolder = ${pair.spool}\n[sync]\nhost = ${target.host}\n` +
      `port = ${target.port}\nuser = ${target.user}\nprivate_key_file = ${target.privateKeyFile}\n` +
      `host_key = ${target.hostKey}\nremote_folder = ${target.remoteFolder}\nkeep_days = 0\n`,
  )
  const clock = `${Date.now()}/${pair.clock.now()}/1`
  return startCollector(['sync', '--settings', settings], { COLLECTOR_CLOCK: clock })
}

async function pairWithMinutes() {
  const pair = await ServerPair.create()
  const names = [await pair.seal('13:07', LONG), await pair.seal('13:08', 'b\n')]
  return { pair, names }
}

/** Killed at once, each on a pair of its own. */
const LANES = 3

const stallAfter = (after: number): Fault => ({ service: 'sftp', kind: 'stall', after })

/** Kill a sync while it waits for the answer to its request number `request`. False where it came to its end before. */
async function killedAt(request: number): Promise<boolean> {
  const { pair, names } = await pairWithMinutes()
  await using _pair = pair
  const isKilled = await stalledAndKilled(pair, request)
  await using _sftp = await pair.serve()
  expect(await pair.sync(), `after request ${request}`).toMatchObject({ failed: [] })
  expect(await pair.names('incoming')).toEqual(['batch.json', ...names])
  expect(await pair.content('incoming', names[0] ?? '')).toBe(LONG)
  expect((await pair.batch())?.files.map(({ name }) => name)).toEqual(names)
  expect(await pair.names('spool')).toEqual(['batch.json', ...names])
  await pair.archive()
  expect(await pair.sync()).toMatchObject({ sent: { files: 0 }, removed: 2, waiting: 0 })
  return isKilled
}

async function stalledAndKilled(pair: ServerPair, request: number): Promise<boolean> {
  await using sftp = await pair.serve({ faults: [stallAfter(request)] })
  await using run = await startSync(pair)
  const ended = run.ended.then(() => true)
  while (sftp.faults.pending.length > 0)
    if (await Promise.race([ended, setTimeout(5, false)])) return sftp.faults.pending.length === 0
  run.child.kill('SIGKILL')
  await run.ended
  return true
}

describe('a sync that is killed by kill -9', () => {
  test('while it waits for the answer to any of its requests loses nothing and doubles nothing', async () => {
    let [killed, next, isPastTheEnd] = [0, 1, false]
    const lane = async () => {
      while (!isPastTheEnd)
        if (await killedAt(next++)) killed += 1
        else isPastTheEnd = true
    }
    await Promise.all(Array.from({ length: LANES }, lane))
    // Folders, journal, two files, two batches.
    expect(killed).toBeGreaterThan(45)
  })

  test('after it has removed what has receipts removes the rest next time', async () => {
    const { pair, names } = await pairWithMinutes()
    await using _pair = pair
    {
      await using _sftp = await pair.serve()
      await pair.sync()
      await pair.archive()
    }
    const late = await pair.seal('13:08', 'late\n', { number: 1 })
    {
      await using sftp = await pair.serve({ faults: [{ service: 'sftp', kind: 'stall', only: late }] })
      await using run = await startSync(pair)
      await expect.poll(() => sftp.faults.pending, { interval: 5 }).toEqual([])
      run.child.kill('SIGKILL')
      await run.ended
    }
    expect(await pair.names('spool')).toEqual(['batch.json', late])
    await using _sftp = await pair.serve()
    expect(await pair.sync()).toMatchObject({ sent: { files: 1 }, failed: [] })
    expect((await pair.batch())?.files.map(({ name }) => name)).toEqual([names[0], late, ...names.slice(1)])
  })
})

test('of two syncs at once one works, and the other leaves with code 75 and a line', async () => {
  const { pair, names } = await pairWithMinutes()
  await using _pair = pair
  await using sftp = await pair.serve({ faults: [{ service: 'sftp', kind: 'stall', only: '13-07' }] })
  await using first = await startSync(pair)
  await expect.poll(() => sftp.faults.pending, { interval: 5 }).toEqual([])
  await using second = await startSync(pair)
  const { code, stderr } = await second.ended
  expect(code).toBe(ExitCode.temporary)
  expect(stderr).toMatch(/another sync is at work on .*spool \(process \d+ since .*\): this one has nothing to do/)
  first.child.kill('SIGKILL')
  await first.ended
  await using third = await startSync(pair)
  expect(await third.ended).toMatchObject({ code: 0 })
  expect(await pair.names('incoming')).toEqual(['batch.json', ...names])
})
