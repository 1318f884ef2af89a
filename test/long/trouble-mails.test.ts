import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { takeLock } from '../../src/durable/lock.js'
import { FaultPlan } from '../../src/simulator/fault-plan.js'
import { iniText, startSimulator, type SettingLines } from '../../src/simulator/simulator.js'
import { startSmtp } from '../../src/simulator/smtp/smtp.js'
import { SERVER_1_SIGN } from '../../src/spool/server-1-sign.js'
import { HOUR_MS } from '../../src/utc.js'
import { header } from '../health/mail/postman.js'
import { ManualClock } from '../support/manual-clock.js'
import { runCollector } from '../support/program.js'
import { recordingLog } from '../support/recording-log.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const START = '2026-11-21T14:08:00Z'

/** A server without systemd, its mail server, and for server 2 an SFTP server to push to. */
async function serverWithMail(number: 1 | 2, mailFaults: { kind: string }[] = []) {
  const stack = new AsyncDisposableStack()
  const { path: root } = stack.use(await temporaryFolder())
  const clock = new ManualClock(START)
  const plan = new FaultPlan(
    mailFaults.map((fault) => ({ service: 'smtp', ...fault })),
    clock,
  )
  const smtp = stack.use(await startSmtp({ folder: join(root, 'mails'), plan }))
  await writeFile(join(root, 'ca.pem'), smtp.certificate)
  const sftpRoot = join(root, 'sftp')
  const own = { folder: root, ports: {}, seed: 1, rate: 1, replay: undefined, faults: plan, sftpRoot, clock }
  const simulator = stack.use(await startSimulator({ ...own, services: ['sftp'], log: recordingLog() }))
  const lines: SettingLines = {
    server: { number: String(number), redundant: number === 1 ? 'false' : 'true', state_folder: 'state' },
    x: { base_url: 'http://127.0.0.1:9', bearer_token_file: 'token' },
    spool: { folder: 'spool', reserve_mib: '0' },
    ...(number === 1 ? { vault: { folder: 'vault' } } : simulator.settings[2]),
    mail: {
      ...{ enabled: 'true', host: '127.0.0.1', port: String(smtp.port), ca_file: 'ca.pem' },
      ...{ from: 'collector@example.org', to: 'researcher@example.org' },
    },
  }
  await mkdir(join(root, 'spool'))
  const settings = join(root, 'settings.ini')
  return {
    ...{ root, plan, sftpRoot, spool: join(root, 'spool') },
    /** Run a command so many hours later, with a changed section. */
    async run(hours: number, words: string[], change: SettingLines = {}) {
      const sections = new Set([...Object.keys(lines), ...Object.keys(change)])
      const changed = [...sections].map((name) => [name, { ...lines[name], ...change[name] }])
      await writeFile(settings, iniText(Object.fromEntries(changed) as SettingLines))
      const env = { COLLECTOR_CLOCK: `${Date.now()}/${Date.parse(START) + hours * HOUR_MS}/1` }
      return runCollector([...words, '--settings', settings], env)
    },
    subjects: async () => (await smtp.mails()).map((mail) => header(mail, 'Subject')),
    lastMail: async () => (await smtp.mails()).at(-1)?.replaceAll('=\r\n', '').replaceAll('\r\n', ' ') ?? '',
    outbox: () => readdir(join(root, 'state', 'outbox')),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

type Server = Awaited<ReturnType<typeof serverWithMail>>

/** The exit codes of a command that is run so many hours after the start. */
async function runAt(server: Server, verb: string, moments: readonly number[], change?: SettingLines) {
  const codes: (number | null)[] = []
  for (const hours of moments) codes.push((await server.run(hours, [verb], change)).code)
  return codes
}

const WRONG_KEY = { sync: { host_key: `SHA256:${'A'.repeat(43)}` } }
/** Nobody can listen there. */
const OUT_OF_REACH = { sync: { port: '1' } }

test.concurrent('collect without a token is one mail, however often it is started', async () => {
  await using server = await serverWithMail(1)
  for (const hours of [0, 0.1, 0.2]) expect((await server.run(hours, ['collect'])).code).toBe(2)
  expect(await server.subjects()).toEqual(['collector server 1: collect has failed'])
  expect(await server.lastMail()).toMatch(/\[x\] bearer_token_file.*What was collected is kept/)
})

test.concurrent('a sync that fails is one mail, and one when it is over; systemd adds none', async () => {
  await using server = await serverWithMail(2)
  expect(await runAt(server, 'sync', [0, 1], WRONG_KEY)).toEqual([1, 1])
  expect((await server.run(1, ['alert', '--unit', 'collector-sync.service'])).code).toBe(0)
  const failed = 'collector server 2: sync has failed'
  expect(await server.subjects()).toEqual([failed])
  expect(await server.lastMail()).toContain('[sync] host_key expects')
  expect(await runAt(server, 'sync', [2, 3])).toEqual([0, 0])
  expect(await server.subjects()).toEqual([failed, 'collector server 2: over: sync has failed'])
})

test.concurrent('where systemd was first to mail a failure, the verb adds nothing', async () => {
  await using server = await serverWithMail(2)
  await server.run(0, ['alert', '--unit', 'collector-sync.service'])
  expect(await runAt(server, 'sync', [0], WRONG_KEY)).toEqual([1])
  expect(await server.subjects()).toEqual(['collector server 2: collector-sync.service has failed'])
})

test.concurrent('a server 1 out of reach is a mail after six hours, and one when it is back', async () => {
  await using server = await serverWithMail(2)
  expect(await runAt(server, 'sync', [0, 1, 5], OUT_OF_REACH)).toEqual([75, 75, 75])
  expect(await server.subjects()).toEqual([])
  expect(await runAt(server, 'sync', [6, 7], OUT_OF_REACH)).toEqual([75, 75])
  const late = 'collector server 2: no sync has come to its end for hours'
  expect(await server.subjects()).toEqual([late])
  expect(await server.lastMail()).toMatch(/None has since 2026-11-21 14:08:\d\d UTC.*check \[sync\] host and port/)
  expect(await runAt(server, 'sync', [8, 9])).toEqual([0, 0])
  expect(await server.subjects()).toEqual([late, late.replace('no sync', 'over: no sync')])
  expect(await runAt(server, 'sync', [10, 15], OUT_OF_REACH)).toEqual([75, 75])
  expect(await server.subjects()).toHaveLength(2)
})

test.concurrent('a file that server 1 refuses each time is a mail after six hours, with why', async () => {
  await using server = await serverWithMail(2)
  const minute = join('2026-11-21', '13', 'sampled_stream_2026-11-21_13-07.jsonl')
  await mkdir(join(server.spool, dirname(minute)), { recursive: true })
  await writeFile(join(server.spool, minute), 'a\n')
  await mkdir(join(server.sftpRoot, minute, 'full'), { recursive: true })
  expect(await runAt(server, 'sync', [0, 5])).toEqual([3, 3])
  expect(await server.subjects()).toEqual([])
  expect(await runAt(server, 'sync', [6, 7])).toEqual([3, 3])
  expect(await server.subjects()).toEqual(['collector server 2: no sync has come to its end for hours'])
  expect(await server.lastMail()).toMatch(/2026-11-21_13: .*could not rename .*look at what lies there/)
})

test.concurrent('a sync that finds another one at work is no mail', async () => {
  await using server = await serverWithMail(2)
  await using _other = await takeLock(server.spool, 'sync', Date)
  expect(await runAt(server, 'sync', [0, 1])).toEqual([75, 75])
  expect(await server.subjects()).toEqual([])
})

test.concurrent('what sync warns of is one mail, and one when it is over', async () => {
  await using server = await serverWithMail(2)
  const rest = { last_hour: null, last_report: null, last_mail: null, mails_waiting: 0, mails_waiting_since: null }
  const leave = async (written_at: string) => {
    await mkdir(dirname(join(server.sftpRoot, SERVER_1_SIGN)), { recursive: true })
    const sign = { version: '0.1.0', written_at, heartbeat: null, ...rest }
    await writeFile(join(server.sftpRoot, SERVER_1_SIGN), JSON.stringify(sign))
  }
  await leave('2026-11-21T08:20:00Z')
  expect(await runAt(server, 'sync', [0, 1])).toEqual([0, 0])
  expect(await server.subjects()).toEqual(['collector server 2: sync warns'])
  expect(await server.lastMail()).toContain('process-hour ran last at 2026-11-21T08:20:00Z on server 1: see there')
  await leave('2026-11-21T16:00:00Z')
  expect(await runAt(server, 'sync', [2, 3])).toEqual([0, 0])
  expect(await server.subjects()).toEqual(['collector server 2: sync warns', 'collector server 2: over: sync warns'])
})

test.concurrent('process-hour, report and verify that fail are one mail each', async () => {
  await using server = await serverWithMail(1)
  const vault = join(server.root, 'vault')
  await writeFile(vault, 'a file where a folder should be')
  expect(await runAt(server, 'process-hour', [0, 1])).toEqual([1, 1])
  expect(await server.subjects()).toEqual(['collector server 1: process-hour has failed'])
  expect(await server.lastMail()).toContain('[vault] folder')
  expect(await runAt(server, 'report', [0, 1])).toEqual([1, 1])
  const damaged = { vault: { folder: 'vault-2' } }
  await mkdir(join(server.root, 'vault-2', '2026-11-20'), { recursive: true })
  await writeFile(join(server.root, 'vault-2', '2026-11-20', '2026-11-20_13_hour.json'), 'no book')
  expect(await runAt(server, 'verify', [0, 1], damaged)).toEqual([1, 1])
  const verbs = (await server.subjects()).map((subject) => subject?.replace('collector server 1: ', ''))
  expect(verbs).toEqual(['process-hour has failed', 'report has failed', 'verify has failed'])
  expect(await server.lastMail()).toMatch(/2026-11-20_13_hour\.json.*1 finding in 1 hour/)
})

test.concurrent('a mail that cannot be sent waits, and goes with the next run, once', async () => {
  await using server = await serverWithMail(2, [{ kind: 'unavailable' }])
  const { code, stderr } = await server.run(0, ['sync'], WRONG_KEY)
  expect(code).toBe(1)
  expect(server.plan.pending).toEqual([])
  expect(stderr).toMatch(/mail not sent, kept for the next run/)
  expect(await server.outbox()).toHaveLength(1)
  expect(await runAt(server, 'sync', [1, 2], WRONG_KEY)).toEqual([1, 1])
  expect(await server.subjects()).toEqual(['collector server 2: sync has failed'])
})

test.concurrent('settings with faults are said to be mailed to nobody', async () => {
  await using server = await serverWithMail(2)
  const { code, stderr } = await server.run(0, ['sync'], { mail: { security: 'perhaps' } })
  expect(code).toBe(2)
  expect(stderr).toMatch(
    /\[mail\] security.*\n.*nobody is mailed of this, for \[mail\] or \[server\] state_folder has faults too/,
  )
})
