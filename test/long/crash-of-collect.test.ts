import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { crashPoints } from '../../src/durable/crash-point.js'
import { hourFolder, minuteFileName } from '../../src/spool/minute-name.js'
import { hourOf, minuteOf, MINUTE_MS } from '../../src/utc.js'
import { collectorPlace, untilCounted } from '../support/collector-place.js'
import { keepsAlive, streamServer } from '../support/stream-server.js'
import { idsOf, payload } from '../support/tweets.js'

/** Leave what a collector that was killed leaves: a minute with a torn end, and one of which nothing is whole. */
async function leaveOrphans(spool: string, nowMs: number): Promise<string[]> {
  const minute = minuteOf(nowMs) - 2 * MINUTE_MS
  const lines = [payload(minute), payload(minute + 1)].map((line) => `${line.toString()}\n`).join('')
  for (const [at, content] of [
    [minute, `${lines}{"data":{"id":"1`],
    [minute - MINUTE_MS, '{"da'],
  ] as const) {
    const folder = join(spool, hourFolder(hourOf(at)))
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, `${minuteFileName({ minute: at, number: 0 })}.part`), content)
  }
  return idsOf(lines)
}

test.concurrent.each(crashPoints)(
  'kill -9 at %s leaves what the next start makes whole, and no line that was there is lost',
  async (point) => {
    const now = Date.now()
    const tweets = Array.from({ length: 5 }, (_, sequence) => payload(now, { sequence }))
    const stream = [...tweets.map((line) => line.toString()), 'garbage', ''].join('\r\n')
    await using server = await streamServer(keepsAlive(stream))
    await using place = await collectorPlace(server.url, { spool: { reserve_mib: '1' } })
    const orphaned = await leaveOrphans(place.spool, now)

    await using first = place.start({ COLLECTOR_CRASH_AT: point })
    await Promise.race([first.ended, untilCounted(place, first, 5)])
    first.child.kill('SIGTERM')
    await first.ended
    expect(first.child.signalCode, first.stderr).toBe('SIGKILL')

    await using second = place.start()
    await untilCounted(place, second, 5)
    second.child.kill('SIGTERM')
    expect((await second.ended).code).toBe(0)
    expect((await place.minuteFiles()).filter((name) => name.includes('.part'))).toEqual([])
    const ids = await place.sealedIds()
    expect(new Set(ids)).toEqual(new Set([...orphaned, ...idsOf(tweets.join('\n'))]))
  },
)
