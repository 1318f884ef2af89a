import { readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { version } from '../../src/version.js'
import { archivedHours, compare, hourOf } from './booted/archive.js'
import { noContainers } from './booted/debian.js'
import { followPage, headingsNotFollowed, install, putToken, startUnits } from './booted/install.js'
import { oneAfterAnother } from './booted/one-after-another.js'
import { commitNextVersion, NEXT } from './booted/source.js'
import { twoMachines, type Server, type TwoMachines } from './booted/two-machines.js'
import { MACHINES_MS, until } from './booted/until.js'
import {
  byHand,
  COLLECT,
  entries,
  fromNow,
  journal,
  mainPid,
  properties,
  runs,
  untilBothConnected,
  untilConnected,
  untilEnded,
  untilMailed,
  untilSaid,
  untilVersions,
  versions,
} from './booted/watch.js'

const SYNC = 'collector-sync.service'
const SYNC_TIMER = 'collector-sync.timer'
const PROCESS_HOUR = 'collector-process-hour.service'
const PROCESS_HOUR_TIMER = 'collector-process-hour.timer'
const VERIFY = 'collector-verify.service'
const SETUP = 'docs/setup.md'
const UPGRADE = 'docs/upgrade.md'
const HOUR_MS = 3_600_000

/** What a server has in use once the next version is switched to. */
const next = { installed: NEXT.version, running: NEXT.version, unit: NEXT.description }

const reason = noContainers()

const title = `two booted servers${reason === undefined ? '' : ` (${reason})`}`

/** The tests follow one another: what a server has gone through stays with it. */
describe.skipIf(reason !== undefined)(title, { timeout: MACHINES_MS }, () => {
  let place: TwoMachines
  let one: Server
  let two: Server
  /** From when on both collect. */
  let beginningMs: number

  oneAfterAnother()

  beforeAll(async () => {
    place = await twoMachines('systemd')
    ;[one, two] = place.servers
  }, MACHINES_MS)

  afterAll(async () => {
    await place[Symbol.asyncDispose]()
  })

  test('are green once the lines of README and docs are followed', async () => {
    await install(place.servers)
    await ownDisk(two)
    await one.machine.write(`/etc/systemd/system/${PROCESS_HOUR_TIMER}.d/often.conf`, OFTEN(0))
    await two.machine.write(`/etc/systemd/system/${SYNC_TIMER}.d/often.conf`, OFTEN(5))
    await place.startClock('2026-11-28T22:48:00Z')
    await startUnits(place.servers)
    await untilBothConnected(place.servers)
    beginningMs = place.now()
    for (const server of place.servers) {
      await untilMailed(server, /^collector server \d: started$/)
      expect((await server.machine.run('systemctl', ['is-system-running'])).stdout).toBe('running\n')
    }
  })

  test('have units that systemd understands to the last word, exposed at 1.5 or better', async () => {
    for (const { machine } of place.servers) {
      const units = '/etc/systemd/system/collector-*.service /etc/systemd/system/collector-*.timer'
      expect(await machine.sh(`systemd-analyze verify --man=no ${units} 2>&1`)).toBe('')
      const services = (await machine.sh('cd /etc/systemd/system && ls collector-*.service')).trim().split('\n')
      expect(services).toHaveLength(6)
      for (const service of services)
        await machine.sh(`systemd-analyze security --threshold=15 ${service.replace('@.', '@collector-collect.')}`)
    }
  })

  test('commands by hand run as the services do', async () => {
    await until('the first hour is archived', async () => (await archivedHours(one)).length > 0)
    expect(await byHand(one, '--version')).toMatchObject({ code: 0, stdout: `${version}\n` })
    expect(await byHand(one, 'process-hour', '--dry-run')).toMatchObject({ code: 0, stderr: '' })
    const published = await byHand(one, 'publish')
    expect(published, published.stderr).toMatchObject({ code: 0 })
    expect(published.stdout).toMatch(/OSF: \d+ uploaded, 0 pending/)
    expect(await byHand(one, 'no-such-verb')).toMatchObject({ code: 2 })
    const places = ['/var/lib/collector', '/srv/collector-sync/incoming']
    expect((await one.machine.run('find', [...places, '!', '-user', 'collector'])).stdout).toBe('')
  })

  test('a log level is read anew by the line of the page, and the collector goes on', async () => {
    const [from, pid] = [fromNow(), await mainPid(two)]
    await two.machine.sh(`sed -i 's/^number = 2/&\\nlog_level = debug/' /etc/collector/settings.ini`)
    await followPage(two, SETUP, 'A new secret, another log level', 1)
    await untilSaid(two, COLLECT, /reading the secrets and the log level anew/, from)
    await untilSaid(two, COLLECT, /debug sealed/, from)
    await two.machine.sh(`sed -i '/^log_level/d' /etc/collector/settings.ini && systemctl reload ${COLLECT}`)
    expect(await mainPid(two)).toBe(pid)
  })

  test('a machine that was off over the report’s hour mails what is true, once', async () => {
    await until('it is 23:40', () => place.now() >= Date.parse('2026-11-28T23:40:00Z'))
    await untilBothConnected(place.servers)
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
    const { subject } = JSON.parse((await byHand(one, 'report', '--day', '2026-11-28', '--json')).stdout) as {
      subject: string
    }
    await untilMailed(one, new RegExp(`^${subject}$`), mails)
    const ofTheDay = (await one.simulators.subjects()).filter((other) => other.startsWith('collector: 2026-11-28'))
    expect(ofTheDay.at(-1)).toBe(subject)
    // What comes late is mailed as a correction; on a slow machine something may.
    expect(tweetsIn(ofTheDay[0])).toBeGreaterThan(0.95 * tweetsIn(subject))
    expect(ofTheDay).toEqual([...new Set(ofTheDay)])
  })

  test('a token that X refuses is read anew: the collector ends with 0, and systemd starts it with what is there by then', async () => {
    await untilBothConnected(place.servers)
    const [from, mails] = [fromNow(), (await two.simulators.subjects()).length]
    await two.machine.sh('echo of-yesterday >/etc/collector/x-bearer-token')
    await followPage(two, SETUP, 'A new secret, another log level', 0)
    await untilMailed(two, /^collector server 2: X refuses the stream$/, mails)
    await putToken(two)
    await untilSaid(two, COLLECT, /X still refuses the token: ending/, from)
    await untilConnected(two)
    const { NRestarts } = await properties(two, COLLECT, 'NRestarts')
    expect(Number(NRestarts)).toBeGreaterThan(0)
    expect(await journal(two, `--unit=${COLLECT}`, from)).not.toMatch(/Failed with result|Main process exited/)
    expect((await two.simulators.subjects()).slice(mails).join('\n')).not.toMatch(/has failed|stopped unexpectedly/)
  })

  test('a collector that hangs is ended by the watchdog and started again', async () => {
    await untilBothConnected(place.servers)
    const soon = `/etc/systemd/system/${COLLECT}.d/watchdog.conf`
    await two.machine.write(soon, '[Service]\nWatchdogSec=10\n')
    await two.machine.sh(`systemctl daemon-reload && systemctl restart ${COLLECT}`)
    await untilConnected(two)
    const [from, mails, pid] = [fromNow(), (await two.simulators.subjects()).length, await mainPid(two)]
    await two.machine.sh(`kill -STOP ${pid}`)
    await untilSaid(two, COLLECT, /Watchdog timeout/, from)
    await two.machine.sh(`rm ${soon} && systemctl daemon-reload`)
    await untilConnected(two, pid)
    await untilMailed(
      two,
      /^collector server 2: (collector-collect.service has failed|had stopped unexpectedly)/,
      mails,
    )
  })

  test('wrong settings end the collector once, not again and again, and it is started when they are right', async () => {
    await untilBothConnected(place.servers)
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
    await untilBothConnected(place.servers)
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
    await untilBothConnected(place.servers)
    const [mails, pid] = [(await two.simulators.subjects()).length, await mainPid(two)]
    await two.machine.run('dd', ['if=/dev/zero', 'of=/var/lib/collector/fill', 'bs=1M'])
    await until('the collector says that the disk is full', async () =>
      /^the disk is full/.test((await properties(two, COLLECT, 'StatusText'))['StatusText'] ?? ''),
    )
    await two.machine.sh('rm /var/lib/collector/fill')
    await untilConnected(two)
    expect(await mainPid(two)).toBe(pid)
    await untilMailed(two, /the disk is full/, mails)
    const told = (await two.simulators.subjects()).slice(mails).filter((subject) => /: the disk/.test(subject))
    expect(told).toEqual([...new Set(told)])
  })

  test('a program that lies in /opt/collector itself becomes the old version by the line of the page', async () => {
    await untilBothConnected(place.servers)
    const pid = await mainPid(two)
    await two.machine.sh(`systemctl stop ${SYNC_TIMER}`)
    await untilEnded(two, SYNC)
    await two.machine.sh('rm /opt/collector && mv /opt/collector-1 /opt/collector')
    await followPage(two, UPGRADE, 'Where /opt/collector is a folder')
    expect(await readlink(join(two.machine.root, 'opt/collector'))).toBe('/opt/collector-1')
    await untilConnected(two, pid)
    const from = fromNow()
    await two.machine.sh(`systemctl start ${SYNC_TIMER}`)
    await untilSaid(two, SYNC, /Finished collector-sync/, from)
  })

  test('a new version is switched to, and back, while timers run: no run fails', async () => {
    const from = fromNow()
    const old = await versions(one)
    expect(old).toMatchObject({ installed: version, running: version })
    await commitNextVersion(place.repository)
    for (const [heading, wanted] of [
      ['The new version', next],
      ['The way back', old],
    ] as const) {
      await untilBothConnected(place.servers)
      const [switched, pid] = [fromNow(), await mainPid(one)]
      await followPage(one, UPGRADE, heading)
      await untilConnected(one, pid)
      await untilVersions(one, wanted)
      await untilSaid(one, PROCESS_HOUR, /Finished collector-process-hour/, switched)
    }
    expect(await journal(one, from)).not.toMatch(/Failed with result|Failed to start/)
  })

  test('where two versions must not run at once, nothing of the old one runs when the new one is started', async () => {
    const [stop, timersOf] = [0, { 1: 1, 2: 2 }]
    const [build, change] = [0, 1]
    const heading = 'Where the two versions must not run at the same time'
    for (const server of place.servers) {
      await untilBothConnected(place.servers)
      if (server === two) await followPage(two, UPGRADE, 'The new version', build)
      // Stopped in its first moment, a run is no failure.
      const beginning = server === one ? PROCESS_HOUR : SYNC
      await server.machine.sh(`systemctl start --no-block ${beginning}`)
      await followPage(server, UPGRADE, heading, stop)
      expect((await properties(server, beginning, 'ActiveState'))['ActiveState']).toBe('inactive')
      expect((await server.machine.run('pgrep', ['-u', 'collector', '-f', '-a', 'main.js'])).stdout).toBe('')
      await followPage(server, UPGRADE, 'The new version', change)
      await followPage(server, UPGRADE, heading, timersOf[server.number])
      await untilConnected(server)
      await untilVersions(server, next)
    }
  })

  test('a folder elsewhere is opened for every service, and only then, by the lines of the page', async () => {
    const writes = (folder: string) =>
      one.machine.run('systemd-run', [
        ...['--quiet', '--collect', '--wait', '--unit=collector-test-of-a-folder'],
        ...['touch', `${folder}/here`],
      ])
    await untilBothConnected(place.servers)
    await one.machine.sh('install -d -o collector -g collector /srv/closed')
    const pid = await mainPid(one)
    await followPage(one, SETUP, 'Folders elsewhere')
    await followPage(one, SETUP, 'The clock')
    await followPage(one, SETUP, '7. ')
    expect((await writes('/srv/vault')).code).toBe(0)
    expect((await writes('/srv/closed')).code).not.toBe(0)
    await untilConnected(one, pid)
  })

  test('of two paths to one spool the second is refused', async () => {
    const pid = await mainPid(one)
    await one.machine.sh('mkdir -p /srv/other && mount --bind /var/lib/collector/spool /srv/other')
    const second = await one.machine.run('runuser', [
      ...['-u', 'collector', '--', 'env', 'COLLECTOR_SPOOL_FOLDER=/srv/other', 'COLLECTOR_X_BEARER_TOKEN=any'],
      ...['/opt/collector/bin/collector', 'collect'],
    ])
    expect(second.code, second.stderr).toBe(75)
    await one.machine.sh('umount /srv/other')
    await untilConnected(one)
    expect(await mainPid(one)).toBe(pid)
  })

  test('a collector, and a machine, that are killed at work are back at once', async () => {
    await untilBothConnected(place.servers)
    const pid = await mainPid(one)
    await one.machine.sh(`kill -9 ${pid}`)
    await untilConnected(one, pid)
    await one.machine.run('systemctl', ['start', '--no-block', PROCESS_HOUR])
    await one.machine.crash()
    await one.machine.boot()
    await untilConnected(one)
  })

  test('verify beside a process-hour that archives finds nothing', async () => {
    const hour = hourOf(place.now())
    await one.machine.sh(`systemctl stop ${PROCESS_HOUR_TIMER}`)
    await untilEnded(one, PROCESS_HOUR)
    await until(`${hour} is due`, async () => {
      const { stdout } = await one.machine.run('collector', ['process-hour', '--dry-run', '--json'])
      const due = JSON.parse(stdout || '[]') as { hour: string; state: string; reason: string }[]
      return due.some((each) => each.hour === hour && each.state === 'due' && !/without server/.test(each.reason))
    })
    const from = fromNow()
    await one.machine.sh(`systemctl start --no-block ${PROCESS_HOUR}`)
    await until('process-hour is at its end', async () => {
      await one.machine.run('systemctl', ['start', VERIFY])
      return (await runs(one, PROCESS_HOUR, from)).length > 0
    })
    const [archiving] = await runs(one, PROCESS_HOUR, from)
    expect(archiving?.said).toMatch(new RegExp(`${hour} +archived: `))
    const beside = await runs(one, VERIFY, from)
    expect(beside.some((run) => run.from < (archiving?.until ?? 0) && run.until > (archiving?.from ?? 0))).toBe(true)
    for (const { ending, said } of beside) expect(ending, said).toMatch(/^Finished /)
    await one.machine.sh(`systemctl start ${PROCESS_HOUR_TIMER}`)
  })

  test('every alarm is mailed when it is over, too', async () => {
    for (const server of place.servers) {
      const open = async () => {
        const subjects = await server.simulators.subjects()
        const times = (wanted: string) => subjects.filter((subject) => subject.endsWith(`: ${wanted}`)).length
        const alarms = subjects.flatMap((subject) => ALARM.exec(subject)?.[1] ?? [])
        return alarms.filter((alarm) => times(`over: ${alarm}`) < alarms.filter((other) => other === alarm).length)
      }
      expect((await server.simulators.subjects()).some((subject) => ALARM.test(subject))).toBe(true)
      await until(
        `all alarms of server ${server.number} are over`,
        async () => (await open()).length === 0,
        async () => `open: ${(await open()).join('; ')}`,
      )
    }
  })

  test('the journal has as warnings and errors what are some, and nothing else', async () => {
    for (const server of place.servers) {
      const all = await entries(server, '--identifier=collector')
      const marked = all.filter(({ message }) => COMPLAINT.test(message))
      expect(all.filter(({ priority }) => priority <= 4)).toEqual(marked)
      expect(marked.length).toBeGreaterThan(0)
      expect(all.length).toBeGreaterThan(marked.length)
    }
  })

  test('the archive has every tweet that X sent since both collected, once', async () => {
    const whole = await until('every hour is archived with both servers', async () => {
      const hours = (await archivedHours(one)).filter((hour) => hour >= hourOf(beginningMs))
      return hours.every((hour, index) => hour === hourOf(beginningMs + index * HOUR_MS)) && hours
    })
    expect(whole.length).toBeGreaterThan(1)
    const { sent, unheard, ...rest } = await compare(place.servers, whole, beginningMs)
    expect(rest).toEqual({ lost: 0, extra: 0, doubled: 0 })
    expect(sent).toBeGreaterThan(0)
    expect(unheard).toBeLessThan(sent / 10)
    expect(await byHand(one, 'verify', '--mend')).toMatchObject({ code: 0 })
  })

  test('were set up by every line of the pages, but those for cron', async () => {
    expect(await headingsNotFollowed(SETUP)).toEqual(['With cron'])
    expect(await headingsNotFollowed('docs/server-1-account.md')).toEqual([])
    expect(await headingsNotFollowed(UPGRADE)).toEqual(['With cron'])
  })
})

/** A warning, an error, or why a command has failed, with a line for each fault; a day's report is neither. */
const COMPLAINT = /^(WARN|ERROR) |^collector: (?!\d{4}-)|^ {2}\[/

/** A mail that something is wrong. */
const ALARM = /^collector server \d: (?!over: |started$)(.*)$/

/** How many tweets the subject of a day's mail tells of. */
const tweetsIn = (subject = ''): number => Number(/ ([\d,]+) tweets/.exec(subject)?.[1]?.replaceAll(',', ''))

/** An hour of the fast clock takes a minute. */
const OFTEN = (second: number) => `[Timer]\nOnCalendar=\nOnCalendar=*:*:${second}/10\nAccuracySec=1s\n`

/** Put /var/lib/collector on the server's own small disk, at every boot. */
async function ownDisk({ machine }: Server): Promise<void> {
  await machine.write('/etc/fstab', '/mnt/disk /var/lib/collector none bind 0 0\n')
  await machine.sh('mount --bind /mnt/disk /var/lib/collector && systemctl daemon-reload')
}
