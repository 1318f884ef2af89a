import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { archivedHours, archivedIds, difference } from './booted/archive.js'
import { noContainers } from './booted/debian.js'
import { followPage, install, startUnits } from './booted/install.js'
import { twoMachines, type Server, type TwoMachines } from './booted/two-machines.js'
import { until } from './booted/until.js'
import {
  fromNow,
  isConnected,
  journal,
  mainPid,
  properties,
  untilConnected,
  untilMailed,
  untilSaid,
} from './booted/watch.js'

const COLLECT = 'collector-collect.service'
const SYNC = 'collector-sync.service'
const PROCESS_HOUR = 'collector-process-hour.service'
const HOUR_MS = 3_600_000

const reason = noContainers()

const iso = (ms: number): string => new Date(ms).toISOString()
const hourOf = (ms: number): string => iso(ms).slice(0, 13).replace('T', '_')

/** The tests follow one another: what a server has gone through stays with it. */
describe.skipIf(reason !== undefined)(`two booted servers${reason === undefined ? '' : ` (${reason})`}`, () => {
  let place: TwoMachines
  let one: Server
  let two: Server
  /** From when on both collect. */
  let beginningMs: number

  beforeAll(async () => {
    place = await twoMachines('systemd')
    ;[one, two] = place.servers
  }, 900_000)

  afterAll(async () => {
    await place[Symbol.asyncDispose]()
  })

  test('are green once the lines of README and docs are followed', async () => {
    await install(place.servers)
    await ownDisk(two)
    for (const { machine } of place.servers) await machine.write(OFTEN_PATH(1), OFTEN(0))
    for (const { machine } of place.servers) await machine.write(OFTEN_PATH(2), OFTEN(10))
    await two.machine.write(`/etc/systemd/system/${COLLECT}.d/watchdog.conf`, '[Service]\nWatchdogSec=10\n')
    await place.startClock('2026-11-28T22:20:00Z')
    await startUnits(place.servers)
    for (const server of place.servers) await untilConnected(server)
    beginningMs = place.now()
    for (const server of place.servers) {
      await untilMailed(server, /^collector server \d: started$/)
      expect((await server.machine.run('systemctl', ['is-system-running'])).stdout).toBe('running\n')
    }
  })

  test('have units that systemd understands to the last word, exposed at 1.5 or better', async () => {
    for (const { machine } of place.servers) {
      const said = await machine.sh('systemd-analyze verify --man=no /etc/systemd/system/collector-*.service 2>&1')
      expect(said).toBe('')
    }
    for (const unit of [COLLECT, PROCESS_HOUR, 'collector-report.service', 'collector-verify.service', SYNC])
      await one.machine.sh(`systemd-analyze security --threshold=15 ${unit}`)
  })

  test('a machine that was off over the report’s hour mails what is true, once', async () => {
    await until('it is 23:40', () => hourOf(place.now()) >= '2026-11-28_23' && place.now() % HOUR_MS > 40 * 60_000)
    const mails = (await one.simulators.subjects()).length
    await one.machine.powerOff()
    const from = fromNow()
    const stamps = ['report', 'process-hour'].map((name) => `var/lib/systemd/timers/stamp-collector-${name}.timer`)
    for (const stamp of stamps) await one.machine.touch(stamp, Date.now() - 48 * HOUR_MS)
    await untilSaid(two, SYNC, /can't be reached/, from)
    await until('it is 00:10 of the next day', () => place.now() > Date.parse('2026-11-29T00:10:00Z'))
    await one.machine.boot()
    await untilConnected(one)
    await until('the day is archived', async () => (await archivedHours(one)).includes('2026-11-28_23'))
    const { stdout } = await one.machine.run('collector', ['report', '--day', '2026-11-28', '--json'])
    const { subject } = JSON.parse(stdout) as { subject: string }
    await untilMailed(one, new RegExp(`^${subject}$`), mails)
  })

  test('commands by hand run as the services do', async () => {
    const byHand = (words: string[]) => one.machine.run('collector', words)
    expect(await byHand(['--version'])).toMatchObject({ code: 0 })
    expect(await byHand(['process-hour', '--dry-run'])).toMatchObject({ code: 0, stderr: '' })
    expect(await byHand(['publish'])).toMatchObject({ code: 0, stdout: /OSF: \d+ uploaded, 0 pending/ })
    expect(await byHand(['no-such-verb'])).toMatchObject({ code: 2 })
    const { stdout } = await one.machine.run('find', [
      '/var/lib/collector',
      '/srv/collector-sync/incoming',
      '!',
      '-user',
      'collector',
    ])
    expect(stdout).toBe('')
  })

  test('a collector that hangs is ended by the watchdog and started again', async () => {
    const mails = (await two.simulators.subjects()).length
    const [from, pid] = [fromNow(), await mainPid(two)]
    await two.machine.sh(`kill -STOP ${pid}`)
    await untilSaid(two, COLLECT, /Watchdog timeout/, from)
    await untilConnected(two, pid)
    await untilMailed(
      two,
      /^collector server 2: (collector-collect.service has failed|had stopped unexpectedly)/,
      mails,
    )
    await untilMailed(two, /^collector server 2: over: /, mails)
  })

  test('wrong settings end the collector once, not again and again, and it is started when they are right', async () => {
    const [from, mails] = [fromNow(), (await two.simulators.subjects()).length]
    await two.machine.sh(`sed -i 's/^number = 2/number = 3/' /etc/collector/settings.ini`)
    await two.machine.run('systemctl', ['restart', COLLECT])
    await until('the collector has failed', async () => {
      const { ActiveState, SubState } = await properties(two, COLLECT, 'ActiveState', 'SubState')
      return ActiveState === 'failed' && SubState === 'failed'
    })
    await two.machine.sh(`sed -i 's/^number = 3/number = 2/' /etc/collector/settings.ini`)
    const said = await journal(two, `--unit=${COLLECT}`, from)
    expect(said).toContain('[server] number: got "3", wants 1 or 2')
    expect(said.match(/Starting collector-collect/g)).toHaveLength(1)
    await two.machine.sh(`systemctl restart ${COLLECT}`)
    await untilConnected(two)
    const subjects = (await two.simulators.subjects()).slice(mails)
    expect(subjects).toEqual([...new Set(subjects)])
  })

  test('a crash of the machine and a boot without a network cost nothing: sync waits for it', async () => {
    await place.network.plug(false)
    await two.machine.crash()
    await two.machine.boot()
    await until('sync has met no network', async () =>
      /can't be reached/.test(await journal(two, `--unit=${SYNC}`, '--boot')),
    )
    const from = fromNow()
    await place.network.plug(true)
    await untilSaid(two, SYNC, /hours sent/, from)
    await untilConnected(two)
  })

  test('a full disk stops the reading and not the collector, and is told once', async () => {
    const [mails, pid] = [(await two.simulators.subjects()).length, await mainPid(two)]
    await two.machine.run('dd', ['if=/dev/zero', 'of=/var/lib/collector/fill', 'bs=1M'])
    await until('the collector says that the disk is full', async () =>
      /^the disk is full/.test((await properties(two, COLLECT, 'StatusText'))['StatusText'] ?? ''),
    )
    await two.machine.sh('rm /var/lib/collector/fill')
    await untilConnected(two)
    expect(await mainPid(two)).toBe(pid)
    await untilMailed(two, /^collector server 2: over: /, mails)
  })

  test('a new version is switched to, and back, while timers run: no run fails', async () => {
    const from = fromNow()
    for (const [heading, version] of [
      ['The new version', 'collector-2'],
      ['The way back', 'collector-1'],
    ] as const) {
      const [switched, pid] = [fromNow(), await mainPid(one)]
      await followPage(one, 'docs/upgrade.md', heading)
      await untilConnected(one, pid)
      await untilSaid(one, PROCESS_HOUR, /Finished collector-process-hour/, switched)
      expect(await one.machine.sh('ps -o args= -u collector')).toContain(`/opt/${version}/dist/main.js collect`)
    }
    expect(await journal(one, from)).not.toMatch(/Failed with result|Failed to start/)
  })

  test('a folder elsewhere is opened for every service, and only then, by the lines of the page', async () => {
    const writes = (folder: string) =>
      one.machine.run('systemd-run', [
        ...['--quiet', '--collect', '--wait', '--unit=collector-test-of-a-folder'],
        ...['touch', `${folder}/here`],
      ])
    await one.machine.sh('install -d -o collector -g collector /srv/closed')
    const pid = await mainPid(one)
    await followPage(one, 'docs/setup.md', 'Folders elsewhere')
    await followPage(one, 'docs/setup.md', 'The clock')
    await followPage(one, 'docs/setup.md', '7. ')
    expect((await writes('/srv/vault')).code).toBe(0)
    expect((await writes('/srv/closed')).code).not.toBe(0)
    await untilConnected(one, pid)
  })

  test('of two paths to one spool the second is refused', async () => {
    await one.machine.sh('mkdir -p /srv/other && mount --bind /var/lib/collector/spool /srv/other')
    const second = await one.machine.run('runuser', [
      ...['-u', 'collector', '--', 'env', 'COLLECTOR_SPOOL_FOLDER=/srv/other', 'COLLECTOR_X_BEARER_TOKEN=any'],
      ...['/opt/collector/bin/collector', 'collect'],
    ])
    expect(second.code, second.stderr).toBe(75)
    await one.machine.sh('umount /srv/other')
    expect(await isConnected(one)).toBe(true)
  })

  test('a collector, and a machine, that are killed at work are back at once', async () => {
    const pid = await mainPid(one)
    await one.machine.sh(`kill -9 ${pid}`)
    await untilConnected(one, pid)
    await one.machine.run('systemctl', ['start', '--no-block', PROCESS_HOUR])
    await one.machine.crash()
    await one.machine.boot()
    await untilConnected(one)
  })

  test('the journal has as warnings and errors what are some, and nothing else', async () => {
    for (const server of place.servers) {
      const all = (await journal(server, '--identifier=collector')).split('\n')
      const grave = (await journal(server, '--identifier=collector', '--priority=warning')).split('\n')
      const marked = all.filter((line) => COMPLAINT.test(line))
      expect(grave.filter((line) => line.includes('collector['))).toEqual(marked)
    }
  })

  test('the archive has every tweet that X sent since both collected, once', async () => {
    const endMs = Math.floor(place.now() / HOUR_MS) * HOUR_MS
    const last = hourOf(endMs - 1)
    await until(
      `${last} is archived`,
      async () => (await archivedHours(one)).includes(last),
      () => journal(one),
    )
    const to = iso(endMs)
    const sent = await one.simulators.truth(iso(beginningMs), to)
    const [first = ''] = sent
    const inTime = (id: string) => BigInt(id) >= BigInt(first) && BigInt(id) <= BigInt(sent.at(-1) ?? '0')
    const archived = (await archivedIds(one)).filter(inTime)
    expect(sent.length).toBeGreaterThan(10_000)
    expect(difference(archived, sent)).toEqual({ lost: 0, extra: 0, doubled: 0 })
    expect(await one.machine.run('collector', ['verify', '--mend'])).toMatchObject({ code: 0 })
  })
})

/** A warning, an error, or why a command has failed, with a line for each fault; a day's report is neither. */
const COMPLAINT = / (WARN|ERROR) |collector\[\d+\]: (collector: (?!\d{4}-)| {2}\[)/

const OFTEN_PATH = (server: 1 | 2) =>
  `/etc/systemd/system/collector-${server === 1 ? 'process-hour' : 'sync'}.timer.d/often.conf`
/** An hour of the fast clock takes a minute. */
const OFTEN = (second: number) => `[Timer]\nOnCalendar=\nOnCalendar=*:*:${second}/20\nAccuracySec=1s\n`

/** Put /var/lib/collector on the server's own small disk, at every boot. */
async function ownDisk({ machine }: Server): Promise<void> {
  await machine.write('/etc/fstab', '/mnt/disk /var/lib/collector none bind 0 0\n')
  await machine.sh('mount --bind /mnt/disk /var/lib/collector && systemctl daemon-reload')
}
