import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { archivedHours, compare, hourOf } from './booted/archive.js'
import { noContainers } from './booted/debian.js'
import { followPage, headingsNotFollowed, install, startCron } from './booted/install.js'
import { oneAfterAnother } from './booted/one-after-another.js'
import { commitNextVersion, NEXT } from './booted/source.js'
import { twoMachines, type Server, type TwoMachines } from './booted/two-machines.js'
import { MACHINES_MS, until } from './booted/until.js'

const HOUR_MS = 3_600_000
const UPGRADE = 'docs/upgrade.md'

const reason = noContainers()

const syslog = ({ machine }: Server): Promise<string> =>
  readFile(join(machine.root, 'var/log/syslog'), 'utf8').catch(() => '')

const untilLogged = (server: Server, form: RegExp): Promise<RegExpExecArray> =>
  until(
    `server ${server.number} logs ${form.source}`,
    async () => form.exec(await syslog(server)) ?? undefined,
    () => syslog(server),
  )

const title = `two servers with cron${reason === undefined ? '' : ` (${reason})`}`

describe.skipIf(reason !== undefined)(title, { timeout: MACHINES_MS }, () => {
  let place: TwoMachines
  let one: Server
  let two: Server
  /** From when on both collect. */
  let beginningMs: number

  oneAfterAnother()

  beforeAll(async () => {
    place = await twoMachines('cron')
    ;[one, two] = place.servers
  }, MACHINES_MS)

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

  test('have the next version once the lines of docs/upgrade.md are followed', async () => {
    await commitNextVersion(place.repository)
    const heartbeat = () => readFile(join(one.machine.root, 'var/lib/collector/spool/heartbeat.json'), 'utf8')
    expect(await heartbeat()).not.toContain(NEXT.version)
    await followPage(one, UPGRADE, 'The new version', 0)
    await followPage(one, UPGRADE, 'With cron')
    await until('the next version is connected', async () => {
      const text = await heartbeat()
      return text.includes(`"version": "${NEXT.version}"`) && text.includes('"connection": "connected"')
    })
  })

  test('lose nothing', async () => {
    const last = hourOf(place.now())
    const whole = await until(
      `all hours up to ${last} are archived with both servers`,
      async () => {
        const hours = (await archivedHours(one)).filter((hour) => hour >= hourOf(beginningMs))
        return hours.includes(last) && hours.every((hour, at) => hour === hourOf(beginningMs + at * HOUR_MS)) && hours
      },
      () => syslog(one),
    )
    const { sent, unheard, ...rest } = await compare(place.servers, whole, beginningMs)
    expect(rest).toEqual({ lost: 0, extra: 0, doubled: 0 })
    expect(sent).toBeGreaterThan(0)
    expect(unheard).toBeLessThan(sent / 10)
  })

  test('were set up by every line of the pages that is for them', async () => {
    const ofSystemd = [
      '6. The units',
      '7. See that it works',
      'A new secret, another log level',
      'Folders elsewhere',
      'The clock',
    ]
    expect(await headingsNotFollowed('docs/setup.md')).toEqual(ofSystemd)
    expect(await headingsNotFollowed('docs/server-1-account.md')).toEqual([])
  })
})
