import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { realClock } from '../../src/clock.js'
import { makeFolder } from '../../src/durable/folder.js'
import { lastResort } from '../../src/health/last-resort.js'
import { putIntoOutbox, waitingMails } from '../../src/health/mail/outbox.js'
import { correctReports, mailDayReport, type MailDayReportOptions } from '../../src/report/mail-day-report.js'
import { rememberOwed } from '../../src/report/mailed-reports.js'
import { writeDayReport } from '../../src/report/write-day-report.js'
import { checkedSettings } from '../../src/settings/load-settings.js'
import type { Settings } from '../../src/settings/settings.js'
import { FaultPlan } from '../../src/simulator/fault-plan.js'
import { startSmtp, type Smtp } from '../../src/simulator/smtp/smtp.js'
import { header } from '../health/mail/postman.js'
import { changed, iniText, serverOne, serverTwo, type Sections } from '../settings/settings-text.js'
import { withDiskFaults } from '../support/disk-faults.js'
import { ManualClock } from '../support/manual-clock.js'
import { recordingLog } from '../support/recording-log.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { bookOf, putBooks } from './book-of.js'

const MORNING_AFTER = '2026-11-22T06:00:00Z'
const DAY = Date.parse('2026-11-21T00:00:00Z')
const never = new AbortController().signal

async function withSmtp(folder: string, kinds: string[] = []) {
  const faults = kinds.map((kind) => ({ service: 'smtp' as const, kind }))
  const smtp = await startSmtp({ folder: join(folder, 'mails'), plan: new FaultPlan(faults, realClock()) })
  await writeFile(join(folder, 'ca.pem'), smtp.certificate)
  return smtp
}

const mailSection = (smtp: Smtp): Sections => ({
  mail: {
    enabled: 'true',
    host: '127.0.0.1',
    port: String(smtp.port),
    ca_file: 'ca.pem',
    from: 'collector@example.org',
    to: 'operator@example.org',
  },
})

const settingsIn = (folder: string, changes: Sections, base = serverOne): Settings =>
  checkedSettings(join(folder, 'settings.ini'), iniText(changed(base, changes)), {})

function run(settings: Settings, options: Partial<MailDayReportOptions> = {}) {
  const log = recordingLog()
  const report = mailDayReport(
    { settings, password: undefined, clock: new ManualClock(MORNING_AFTER), log, ...options },
    never,
  )
  return report.then((result) => ({ ...result, log }))
}

test("yesterday's report is brought up to date and mailed with the file attached, once", async () => {
  await using folder = await temporaryFolder()
  await using smtp = await withSmtp(folder.path)
  const settings = settingsIn(folder.path, mailSection(smtp))
  await putBooks(join(folder.path, 'vault'), bookOf('2026-11-21_13', { only1: 505, only2: 343, both: 169_150 }))
  expect(await run(settings)).toMatchObject({ day: '2026-11-21', mail: 'sent', waiting: 0 })
  expect(await run(settings)).toMatchObject({ mail: 'mailed-before', waiting: 0 })
  const [mail = '', ...more] = await smtp.mails()
  expect(more).toEqual([])
  expect(header(mail, 'Subject')).toBe('collector: 2026-11-21: 169,998 tweets, 10 hours missing')
  const report = await readFile(join(folder.path, 'vault/2026-11-21/2026-11-21_report.txt'), 'utf8')
  expect(report).toContain('13\t169655\t169493\t169998\t848\t0.5%')
  expect(mail).toMatch(/filename=2026-11-21_report\.txt/)
  expect(mail.replaceAll('\r\n', '')).toContain(Buffer.from(report).toString('base64'))
  expect(mail).toContain('\r\nhour  serv 1  serv 2   total  diff  diff %     state\r\n  13  169655')
})

test('another day can be asked for, and the same one again', async () => {
  await using folder = await temporaryFolder()
  await using smtp = await withSmtp(folder.path)
  const settings = settingsIn(folder.path, mailSection(smtp))
  const day = Date.parse('2026-11-19T00:00:00Z')
  expect(await run(settings, { day })).toMatchObject({ day: '2026-11-19', mail: 'sent' })
  expect(await run(settings, { day, again: true })).toMatchObject({ mail: 'sent' })
  expect(await smtp.mails()).toHaveLength(2)
})

test('a mail that cannot be sent is pending, and goes out with the next run, of whatever day', async () => {
  await using folder = await temporaryFolder()
  await using smtp = await withSmtp(folder.path, ['unavailable'])
  const settings = settingsIn(folder.path, mailSection(smtp))
  const first = await run(settings)
  expect(first).toMatchObject({ mail: 'pending', waiting: 1 })
  expect(first.log.text()).toContain('kept for the next run')
  const later = { day: Date.parse('2026-11-20T00:00:00Z'), clock: new ManualClock(Date.parse(MORNING_AFTER) + 1) }
  expect(await run(settings, later)).toMatchObject({ mail: 'sent', waiting: 0 })
  expect((await smtp.mails()).map((mail) => header(mail, 'Subject')?.slice(11, 21))).toEqual([
    '2026-11-21',
    '2026-11-20',
  ])
})

test('a report whose hours change after it was mailed is mailed again as a correction, once a change, in the same thread', async () => {
  await using folder = await temporaryFolder()
  await using smtp = await withSmtp(folder.path)
  const settings = settingsIn(folder.path, mailSection(smtp))
  const vault = join(folder.path, 'vault')
  const clock = new ManualClock(MORNING_AFTER)
  const correct = () => correctReports([DAY], { settings, clock, log: recordingLog() })
  await putBooks(vault, bookOf('2026-11-21_13', { only1: 3 }))
  await run(settings, { clock })
  await correct()
  expect(await waitingMails(settings.server.stateFolder)).toEqual([])
  clock.advance(3_600_000)
  await putBooks(vault, bookOf('2026-11-21_13', { only1: 3, both: 2 }))
  await correct()
  await correct()
  expect(await run(settings, { clock })).toMatchObject({ mail: 'mailed-before' })
  const mails = await smtp.mails()
  expect(mails.map((mail) => header(mail, 'Subject'))).toEqual([
    'collector: 2026-11-21: 3 tweets, 10 hours missing',
    'collector: 2026-11-21, corrected: 5 tweets, 10 hours missing',
  ])
  expect(mails.map((mail) => header(mail, 'References'))).toEqual([
    '<report-2026-11-21@example.org>',
    '<report-2026-11-21@example.org>',
  ])
  expect(mails[1]).toContain('This corrects the report of 2026-11-21 that was mailed before.')
})

test('a report that changes without end is corrected a few times', async () => {
  await using folder = await temporaryFolder()
  await using smtp = await withSmtp(folder.path)
  const settings = settingsIn(folder.path, mailSection(smtp))
  for (let only1 = 1; only1 <= 9; only1 += 1) {
    await putBooks(join(folder.path, 'vault'), bookOf('2026-11-21_13', { only1 }))
    await run(settings)
  }
  expect(await smtp.mails()).toHaveLength(6)
})

test('a report that still waits in the outbox is brought up to date, and is no correction', async () => {
  await using folder = await temporaryFolder()
  await using smtp = await withSmtp(folder.path, ['unavailable'])
  const settings = settingsIn(folder.path, mailSection(smtp))
  const vault = join(folder.path, 'vault')
  await putBooks(vault, bookOf('2026-11-21_13', { only1: 3 }))
  expect(await run(settings)).toMatchObject({ mail: 'pending', waiting: 1 })
  await putBooks(vault, bookOf('2026-11-21_13', { only1: 4 }))
  expect(await run(settings)).toMatchObject({ mail: 'sent', waiting: 0 })
  expect((await smtp.mails()).map((mail) => header(mail, 'Subject'))).toEqual([
    'collector: 2026-11-21: 4 tweets, 10 hours missing',
  ])
})

test('a report that was not yet to be mailed is mailed by whoever archives its hours', async () => {
  await using folder = await temporaryFolder()
  await using smtp = await withSmtp(folder.path)
  const settings = settingsIn(folder.path, mailSection(smtp))
  const { stateFolder } = settings.server
  await putBooks(join(folder.path, 'vault'), bookOf('2026-11-21_13', { only1: 3 }))
  const correct = () => correctReports([], { settings, clock: new ManualClock(MORNING_AFTER), log: recordingLog() })
  await correct()
  expect(await waitingMails(stateFolder)).toEqual([])
  await rememberOwed(stateFolder, DAY)
  await correct()
  await correct()
  expect((await waitingMails(stateFolder)).map(({ about }) => about)).toEqual(['report-2026-11-21'])
})

test('a day that an earlier version has mailed is neither mailed again nor corrected', async () => {
  await using folder = await temporaryFolder()
  await using smtp = await withSmtp(folder.path)
  const settings = settingsIn(folder.path, mailSection(smtp))
  await makeFolder(settings.server.stateFolder)
  await writeFile(join(settings.server.stateFolder, 'reports-mailed.json'), '{"days":["2026-11-21"]}')
  expect(await run(settings)).toMatchObject({ mail: 'mailed-before', waiting: 0 })
})

test('a pending day is not put into the outbox twice', async () => {
  await using folder = await temporaryFolder()
  await using smtp = await withSmtp(folder.path, ['unavailable', 'unavailable'])
  const settings = settingsIn(folder.path, mailSection(smtp))
  expect(await run(settings)).toMatchObject({ mail: 'pending', waiting: 1 })
  expect(await run(settings)).toMatchObject({ mail: 'pending', waiting: 1 })
  expect(await run(settings)).toMatchObject({ mail: 'mailed-before', waiting: 0 })
  expect(await smtp.mails()).toHaveLength(1)
})

test('a crash after the outbox and before the note of it sends no second mail', async () => {
  await using folder = await temporaryFolder()
  await using smtp = await withSmtp(folder.path)
  const settings = settingsIn(folder.path, mailSection(smtp))
  const left = { about: 'report-2026-11-21', subject: 'left', text: 'left' }
  await putIntoOutbox(settings.server.stateFolder, left, Date.parse(MORNING_AFTER) - 1000)
  expect(await run(settings)).toMatchObject({ mail: 'sent', waiting: 0 })
  expect(await smtp.mails()).toHaveLength(1)
})

test('with mail off the report is written, and what the mail would say is there', async () => {
  await using folder = await temporaryFolder()
  await putBooks(join(folder.path, 'vault'), bookOf('2026-11-21_13', { only1: 3 }))
  const settings = settingsIn(folder.path, {})
  const result = await run(settings)
  expect(result).toMatchObject({ mail: 'off', waiting: 0, text: expect.stringContaining('3 tweets') as string })
  expect(await waitingMails(settings.server.stateFolder)).toEqual([])
  expect(await readFile(join(folder.path, 'vault/2026-11-21/2026-11-21_report.txt'), 'utf8')).toContain('13\t3')
})

test('state that is damaged, or a folder that cannot be written, leaves the mail pending and the run alive', async () => {
  await using folder = await temporaryFolder()
  await using smtp = await withSmtp(folder.path)
  const settings = settingsIn(folder.path, mailSection(smtp))
  await makeFolder(settings.server.stateFolder)
  await writeFile(join(settings.server.stateFolder, 'reports-mailed.json'), 'no json')
  const damaged = await run(settings)
  expect(damaged).toMatchObject({ mail: 'pending' })
  expect(damaged.log.text()).toContain('reports-mailed.json is damaged')
  expect(await readFile(join(settings.server.stateFolder, 'reports-mailed.json'), 'utf8')).toBe('no json')
  await writeFile(join(folder.path, 'file'), '')
  const blocked = await run(settingsIn(folder.path, { ...mailSection(smtp), server: { state_folder: 'file/state' } }))
  expect(blocked).toMatchObject({ mail: 'pending' })
  expect(blocked.log.text()).toMatch(
    /the state folder .*file\/state can't be used \(ENOTDIR\): check \[server\] state_folder/,
  )
})

test('server 2 is told to run it on server 1', async () => {
  await using folder = await temporaryFolder()
  await expect(run(settingsIn(folder.path, {}, serverTwo))).rejects.toMatchObject({
    exitCode: 2,
    message: 'server 2 has no archive to report on: run collector report on server 1',
  })
})

test.each(['ENOSPC', 'EROFS', 'EIO', 'EACCES'])(
  'a report is mailed once, however often it is run, where the state folder can not be written (%s), and the log says what a restart does',
  async (code) => {
    await using folder = await temporaryFolder()
    await using smtp = await withSmtp(folder.path)
    const settings = settingsIn(folder.path, mailSection(smtp))
    const { stateFolder } = settings.server
    const vault = join(folder.path, 'vault')
    await putBooks(vault, bookOf('2026-11-21_13', { both: 100 }))
    await writeDayReport({ vaultFolder: vault, day: DAY, redundant: true }, recordingLog())
    await makeFolder(stateFolder)
    await using faults = await withDiskFaults(`${code}:create:1:9999:${stateFolder}`)
    try {
      const first = await run(settings)
      expect(first).toMatchObject({ mail: 'sent' })
      expect(first.log.text()).toContain('noted in memory only')
      const second = await run(settings)
      expect([second.mail, second.log.text()]).toEqual(['mailed-before', ''])
      expect(await faults.fired()).toContain(code)
      await rememberOwed(stateFolder, DAY + 86_400_000)
      expect(await smtp.mails()).toHaveLength(1)

      faults.mend()
      await rememberOwed(stateFolder, DAY + 86_400_000)
      expect(await readdir((await lastResort(stateFolder)) ?? '')).not.toContain('reports-mailed.json')
      expect(await run(settings)).toMatchObject({ mail: 'mailed-before' })
    } finally {
      const resort = await lastResort(stateFolder)
      if (resort !== undefined) await rm(resort, { recursive: true })
    }
  },
)

test('a report whose mailing can be noted nowhere is not left in the outbox, to be mailed again and again', async () => {
  await using folder = await temporaryFolder()
  await using smtp = await withSmtp(folder.path)
  const settings = settingsIn(folder.path, mailSection(smtp))
  await putBooks(join(folder.path, 'vault'), bookOf('2026-11-21_13', { both: 100 }))
  await using faults = await withDiskFaults('EROFS:create:1:9999:reports-mailed.json')
  const { mail, log } = await run(settings)
  expect([mail, await waitingMails(settings.server.stateFolder), await smtp.mails()]).toEqual(['pending', [], []])
  expect(log.text()).toContain('mail not sent: ')
  expect(await faults.fired()).toContain('EROFS')
  faults.mend()
  expect(await run(settings)).toMatchObject({ mail: 'sent' })
})
