import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { collectorPlace, untilCounted, untilLogged } from '../support/collector-place.js'
import { eventsIn } from '../support/disk-faults.js'
import { smallDisk, smallDiskMissing } from '../support/small-disk.js'
import { begin, keepsAlive, sendsAndEnds, streamServer, type Answer } from '../support/stream-server.js'
import { idsOf, payload } from '../support/tweets.js'
import { until } from '../support/until.js'

const MIB = 1 << 20
const unable = smallDiskMissing()

/** Tweets of about `bytes` each, made now. */
const tweets = (count: number, bytes = 100): Buffer[] => {
  const now = Date.now()
  return Array.from({ length: count }, (_, sequence) => payload(now, { sequence, text: 'x'.repeat(bytes) }))
}
const onLines = (lines: Buffer[]): string => lines.map((line) => `${line.toString()}\r\n`).join('')
const idsIn = (lines: Buffer[]): string[] => idsOf(onLines(lines))

test.skipIf(unable)(
  'a full disk stops the reading, the reserve gives room for the journal, and backfill goes on when there is room',
  async () => {
    await using disk = await smallDisk(8)
    const sent = tweets(600, 8 << 10)
    const [first, missed] = [sent.slice(0, 500), sent.slice(500)]
    const paused = Promise.withResolvers<undefined>()
    const breaksOff: Answer = async (response) => {
      begin(response).write(onLines(first))
      await paused.promise
      response.destroy()
    }
    await using server = await streamServer(breaksOff, keepsAlive(onLines(missed)))
    const spool = join(disk.path, 'spool')
    await using place = await collectorPlace(server.url, { spool: { folder: spool, reserve_mib: '1' } })
    const filler = join(disk.path, 'filler')
    await writeFile(filler, Buffer.alloc(5 * MIB))

    await using running = place.start()
    await untilLogged(running, 'nothing is read from the stream')
    await until(async () => {
      expect((await place.heartbeat())?.connection).toBe('paused')
    })
    expect(running.stderr).toContain('the reserve is given up')
    expect(await readdir(spool)).not.toContain('reserve')
    expect((await place.journal()).map(({ event }) => event)).toEqual(['started', 'connected', 'paused'])
    const filedBefore = (await place.heartbeat())?.totals.tweets ?? 0
    expect(filedBefore).toBeGreaterThan(0)
    expect(filedBefore).toBeLessThan(first.length)

    await rm(filler)
    await untilLogged(running, 'there is room on the disk again')
    paused.resolve(undefined)
    await untilLogged(running, 'disconnected')
    await until(() => {
      expect(server.requests[1]?.url).toMatch(/backfill_minutes=[1-5]/)
    })
    await untilCounted(place, running, sent.length)
    expect(await readdir(spool)).toContain('reserve')
    running.child.kill('SIGTERM')
    expect((await running.ended).code).toBe(0)
    expect((await place.sealedIds()).sort()).toEqual(idsIn(sent).sort())
    expect((await place.journal()).map(({ event }) => event)).toContain('resumed')
  },
)

test.skipIf(unable)(
  'a collector that is stopped on a full disk seals what it has in the room of the reserve, and leaves with 0',
  async () => {
    await using disk = await smallDisk(4)
    await using server = await streamServer(keepsAlive(onLines(tweets(1000, 8 << 10))))
    const spool = join(disk.path, 'spool')
    await using place = await collectorPlace(server.url, { spool: { folder: spool, reserve_mib: '1' } })
    await using running = place.start()
    await untilLogged(running, 'nothing is read from the stream')
    running.child.kill('SIGTERM')
    expect((await running.ended).code).toBe(0)
    expect((await place.minuteFiles()).filter((name) => name.includes('.part'))).toEqual([])
    const ids = await place.sealedIds()
    expect(ids).toHaveLength((await place.heartbeat())?.totals.tweets ?? 0)
    const sealed = (await place.journal()).filter((event) => event.event === 'sealed')
    expect(sealed.reduce((lines, event) => lines + event.lines, 0)).toBe(ids.length)
  },
)

test.skipIf(unable)('a collector that starts on a full disk adopts in the room of the reserve', async () => {
  await using disk = await smallDisk(4)
  const lines = tweets(50)
  await using server = await streamServer(keepsAlive(onLines(lines)))
  const spool = join(disk.path, 'spool')
  await using place = await collectorPlace(server.url, { spool: { folder: spool, reserve_mib: '1' } })
  {
    await using killed = place.start()
    await untilCounted(place, killed, 50)
  }
  await writeFile(join(disk.path, 'filler'), Buffer.alloc(4 * MIB)).catch(() => undefined)
  await using running = place.start()
  await untilLogged(running, 'adopted a file')
  running.child.kill('SIGTERM')
  await running.ended
  expect((await place.sealedIds()).slice(0, 50).sort()).toEqual(idsIn(lines).sort())
})

test('whatever write meets the full disk, each tweet is in the spool once when there is room', async () => {
  const lines = tweets(200)
  await using server = await streamServer(keepsAlive(onLines(lines)))
  await using place = await collectorPlace(server.url)
  const trace = join(place.root, 'trace')
  await using running = place.start({
    COLLECTOR_DISK_FAULT: 'ENOSPC:write:1:3:sampled_stream,ENOSPC:create:1:1:sampled_stream,ENOSPC:write:2:2:journal',
    COLLECTOR_DISK_TRACE: trace,
  })
  await untilCounted(place, running, lines.length)
  running.child.kill('SIGTERM')
  expect((await running.ended).code).toBe(0)
  expect((await place.sealedIds()).sort()).toEqual(idsIn(lines).sort())
  const fired = (await eventsIn(trace)).flatMap(({ failed, op }) => (failed ? `${failed} ${op}` : []))
  expect(fired.sort()).toEqual(['ENOSPC create', ...Array<string>(5).fill('ENOSPC write')])
})

test('a disk that fails one file costs no tweet: the minute goes on in its next file', async () => {
  const lines = tweets(200)
  await using server = await streamServer(keepsAlive(onLines(lines.slice(0, 100)), onLines(lines.slice(100))))
  await using place = await collectorPlace(server.url)
  await using running = place.start({ COLLECTOR_DISK_FAULT: 'EIO:write:1:1:sampled_stream' })
  await untilCounted(place, running, lines.length)
  expect(running.stderr).toContain('the disk fails this file')
  running.child.kill('SIGTERM')
  expect((await running.ended).code).toBe(0)
  expect((await place.sealedIds()).sort()).toEqual(idsIn(lines).sort())
})

test('a disk that fails every file ends the collector with one clear line', async () => {
  await using server = await streamServer(sendsAndEnds(onLines(tweets(5))))
  await using place = await collectorPlace(server.url)
  await using running = place.start({ COLLECTOR_DISK_FAULT: 'EIO:write:1:1000:sampled_stream' })
  const { code, stderr } = await running.ended
  expect(code).toBe(1)
  const told = stderr.split('\n').filter((line) => line.includes('the machine refused'))
  expect(told).toEqual([expect.stringMatching(/the machine refused: EIO/)])
})

test('a collector that is started on a disk without any room says so once, waits, and collects when there is some', async () => {
  await using server = await streamServer(keepsAlive(onLines(tweets(5))))
  await using place = await collectorPlace(server.url)
  await using running = place.start({ COLLECTOR_DISK_FAULT: 'ENOSPC:create-folder:1:4' })
  await untilLogged(running, 'the disk is full: waiting for room')
  await untilCounted(place, running, 5)
  expect(running.stderr.split('waiting for room')).toHaveLength(2)
  running.child.kill('SIGTERM')
  expect((await running.ended).code).toBe(0)
  expect(await place.sealedIds()).toHaveLength(5)
})
