import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { archivedHours, archivedIds, difference } from './booted/archive.js'
import { noContainers } from './booted/debian.js'
import { install, startCron } from './booted/install.js'
import { twoMachines, type Server, type TwoMachines } from './booted/two-machines.js'
import { until } from './booted/until.js'

const HOUR_MS = 3_600_000

const reason = noContainers()

const iso = (ms: number): string => new Date(ms).toISOString()
const hourOf = (ms: number): string => iso(ms).slice(0, 13).replace('T', '_')

const syslog = ({ machine }: Server): Promise<string> =>
  readFile(join(machine.root, 'var/log/syslog'), 'utf8').catch(() => '')

const untilLogged = (server: Server, form: RegExp): Promise<RegExpExecArray> =>
  until(
    `server ${server.number} logs ${form.source}`,
    async () => form.exec(await syslog(server)) ?? undefined,
    () => syslog(server),
  )

describe.skipIf(reason !== undefined)(`two servers with cron${reason === undefined ? '' : ` (${reason})`}`, () => {
  let place: TwoMachines
  let one: Server
  let two: Server
  let beginningMs: number

  beforeAll(async () => {
    place = await twoMachines('cron')
    ;[one, two] = place.servers
  }, 900_000)

  afterAll(async () => {
    await place[Symbol.asyncDispose]()
  })

  test('collect once they are started, by the lines of docs/setup.md and crontab.example', async () => {
    await install(place.servers, 'service ssh reload')
    await startCron(place.servers)
    await place.startClock('2026-11-28T12:30:00Z')
    for (const { machine } of place.servers) {
      await machine.crash()
      await machine.boot()
    }
    for (const server of place.servers) await untilLogged(server, /collector-collect: .* connected/)
    beginningMs = place.now()
  })

  test('archive what both have heard, each hour by itself', async () => {
    // cron's hours are real ones: its jobs are to come every minute, and be the same in all else.
    for (const { machine } of place.servers)
      await machine.sh(
        `crontab -u collector -l | sed -E 's/^([0-9*/]+ ){5} */* * * * * /' >/tmp/often && crontab -u collector /tmp/often`,
      )
    await untilLogged(two, /collector-sync: .* files \(\d+ bytes\)/)
    await untilLogged(one, /collector-process-hour: .*archived: [\d,]+ tweets/)
  })

  test('say nothing of the collector that is started beside the one that runs', async () => {
    for (const server of place.servers) {
      await until('cron has tried once more', async () => {
        const log = await syslog(server)
        return log.split('CMD (/opt/collector/bin/collector collect').length > 2
      })
      expect(await syslog(server)).not.toMatch(/held by|another collector/)
      expect((await server.machine.sh('pgrep -c -u collector -f "main.js collect --unless"')).trim()).toMatch(/^[12]$/)
    }
  })

  test('lose nothing', async () => {
    const endMs = Math.floor(place.now() / HOUR_MS) * HOUR_MS
    const last = hourOf(endMs - 1)
    await until(
      `${last} is archived`,
      async () => (await archivedHours(one)).includes(last),
      () => syslog(one),
    )
    const sent = await one.simulators.truth(iso(beginningMs), iso(endMs))
    const [first = ''] = sent
    const inTime = (id: string) => BigInt(id) >= BigInt(first) && BigInt(id) <= BigInt(sent.at(-1) ?? '0')
    expect(sent.length).toBeGreaterThan(1000)
    expect(difference((await archivedIds(one)).filter(inTime), sent)).toEqual({ lost: 0, extra: 0, doubled: 0 })
  })
})
