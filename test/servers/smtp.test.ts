import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { realClock } from '../../src/clock.js'
import type { Mail } from '../../src/health/mail/mail.js'
import { putIntoOutbox } from '../../src/health/mail/outbox.js'
import { sendWaitingMails } from '../../src/health/mail/send-waiting-mails.js'
import type { MailSettings } from '../../src/settings/settings.js'
import { keptCertificate } from '../../src/simulator/smtp/certificate.js'
import { postmanOf } from '../health/mail/postman.js'
import { runInProcess } from '../support/in-process.js'
import { toolMissing } from '../support/require-tool.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { noPostfix, startPostfix } from './postfix.js'
import { bin, scripts, startPythonServer } from './python-tools.js'

const noAiosmtpd = toolMissing(join(bin, 'aiosmtpd'))
const never = new AbortController().signal
const REPORT: Mail = {
  about: 'report-2026-11-21',
  subject: 'Bericht: 48,000 tweets, „vollständig“',
  text: `Größe: ${'ü'.repeat(40)}\n${'a long line '.repeat(200)}\n.\n..\nFrom here on\n`,
  attachments: [{ filename: '2026-11-21_report.txt', content: 'hour\tserv 1\n00\t1999\n' }],
}

interface ReadMail {
  readonly defects: string[]
  readonly longest: number
  readonly ascii: boolean
  readonly headers: Record<string, string>
  readonly text: string
  readonly attachments: Record<string, string>
}

/** The mails as Python's email package reads them. */
async function readMails(paths: readonly string[]): Promise<ReadMail[]> {
  const { stdout } = await promisify(execFile)('python3', [join(scripts, 'read-mail.py'), ...paths])
  return JSON.parse(stdout) as ReadMail[]
}

/** aiosmtpd with a habit, and what sends to it the mail that waits. */
async function aiosmtpdWorld(habit: string, changes: Partial<MailSettings> = {}, password?: string) {
  await using stack = new AsyncDisposableStack()
  const { path } = stack.use(await temporaryFolder())
  const folder = join(path, 'server')
  const { certificate } = await keptCertificate(folder, Date.now())
  const { port } = stack.use(await startPythonServer('smtp-server.py', folder, habit))
  const postman = { ...(await postmanOf({ port, certificate }, path, changes)), password }
  const { stateFolder, log } = postman
  await putIntoOutbox(stateFolder, REPORT, Date.now())
  const kept = stack.move()
  const came = async () => (await readdir(folder)).filter((name) => /^\d+\.json$/.test(name)).sort()
  return {
    send: async (signal = never) => {
      const { sent, failed, waiting } = await sendWaitingMails(postman, signal)
      return `${sent} sent, ${failed} failed, ${waiting} waiting`
    },
    came,
    envelopes: async () =>
      Promise.all(
        (await came()).map(
          async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as Record<string, unknown>,
        ),
      ),
    mails: async () => readMails((await came()).map((name) => join(folder, name.replace('.json', '.eml')))),
    /** A server that is slow answers from now on. */
    answer: () => writeFile(join(folder, 'answer'), ''),
    said: () => log.events.map(({ msg }) => msg as string),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

describe.skipIf(noAiosmtpd !== undefined)(`aiosmtpd${noAiosmtpd ? ` (${noAiosmtpd})` : ''}`, () => {
  test('TLS and a login demanded, without 8BITMIME, QUIT never answered: a mail with letters of any kind arrives once and whole', async () => {
    const changes = { user: 'me', from: 'Sämmler <collector@bücher.example>', to: ['leser@bücher.example'] }
    await using at = await aiosmtpdWorld('login', changes, 'säcret')
    expect(await at.send()).toBe('1 sent, 0 failed, 0 waiting')
    expect(await at.send()).toBe('0 sent, 0 failed, 0 waiting')
    expect(await at.envelopes()).toMatchObject([
      { tls: true, from: 'collector@xn--bcher-kva.example', to: ['leser@xn--bcher-kva.example'] },
    ])
    const [mail] = await at.mails()
    expect(mail).toMatchObject({ defects: [], ascii: true, text: REPORT.text })
    expect(mail?.longest).toBeLessThanOrEqual(78)
    expect(mail?.headers).toMatchObject({ subject: REPORT.subject, 'auto-submitted': 'auto-generated' })
    expect(mail?.headers['from']).toContain('Sämmler')
    expect(mail?.attachments).toEqual({ '2026-11-21_report.txt': 'hour\tserv 1\n00\t1999\n' })
  })

  test('a wrong password is refused, and told without it', async () => {
    await using at = await aiosmtpdWorld('login', { user: 'me' }, 'wröng')
    expect(await at.send()).toBe('0 sent, 1 failed, 1 waiting')
    expect(at.said()[0]).toMatch(/refused the user me \(535 .*\): check \[mail\] user and password_file/)
    expect(at.said().join()).not.toContain('wröng')
  })

  test.each([
    ['none', 'it wants an encrypted connection: set [mail] security = starttls'],
    ['starttls', 'it wants a login: set [mail] user and password_file'],
    ['tls', 'does not begin with TLS'],
  ] as const)('what it demands and security = %s does not give is told with the setting', async (security, said) => {
    await using at = await aiosmtpdWorld('login', { security })
    expect(await at.send()).toBe('0 sent, 1 failed, 1 waiting')
    expect(at.said()[0]).toContain(said)
  })

  const two = { to: ['good@example.org', 'bad@example.org'] }

  test('451 for one of two: that one alone gets the mail again, until it is taken', async () => {
    await using at = await aiosmtpdWorld('defers-one', two)
    expect(await at.send()).toBe('0 sent, 1 failed, 1 waiting')
    expect(await at.send()).toBe('0 sent, 1 failed, 1 waiting')
    expect(await at.send()).toBe('1 sent, 0 failed, 0 waiting')
    expect(await at.envelopes()).toMatchObject([{ to: ['good@example.org'] }, { to: ['bad@example.org'] }])
    const [first, second] = await at.mails()
    expect(second?.headers['message-id']).toBe(first?.headers['message-id'])
  })

  test('550 for one of two: the other gets the mail, and one that says who does not', async () => {
    await using at = await aiosmtpdWorld('refuses-one', two)
    expect(await at.send()).toBe('2 sent, 0 failed, 0 waiting')
    expect(await at.send()).toBe('0 sent, 0 failed, 0 waiting')
    expect(await at.envelopes()).toMatchObject([{ to: ['good@example.org'] }, { to: ['good@example.org'] }])
    expect((await at.mails())[1]?.text).toContain('    550 5.1.1 no such user\n')
  })

  test('an answer to the last dot that takes its time is waited for, and the mail is sent once', async () => {
    await using at = await aiosmtpdWorld('slow')
    const sending = at.send()
    await expect.poll(at.came).toEqual(['1.json'])
    await at.answer()
    expect(await sending).toBe('1 sent, 0 failed, 0 waiting')
    expect(await at.send()).toBe('0 sent, 0 failed, 0 waiting')
    expect(await at.came()).toEqual(['1.json'])
  })

  test('a run that can not wait for the answer to the last dot leaves a mail that the next runs do not repeat', async () => {
    await using at = await aiosmtpdWorld('slow')
    const patience = new AbortController()
    const sending = at.send(patience.signal)
    await expect.poll(at.came).toEqual(['1.json'])
    patience.abort(new DOMException('the time is over', 'TimeoutError'))
    expect(await sending).toBe('0 sent, 1 failed, 1 waiting')
    expect(at.said()[0]).toMatch(/^mail perhaps delivered, tried again .* with the same Message-ID: /)
    await at.answer()
    for (let run = 0; run < 3; run++) expect(await at.send()).toBe('0 sent, 0 failed, 1 waiting')
    expect(await at.came()).toEqual(['1.json'])
  })
})

/** Server 1 with settings that mail to `port`, and the program run with them in this process. */
async function serverMailingTo({ port, certificate }: { port: number; certificate: string }, folder: string) {
  await mkdir(join(folder, 'spool'))
  await writeFile(join(folder, 'ca.pem'), certificate)
  await writeFile(join(folder, 'token'), 'secret-token\n', { mode: 0o600 })
  await writeFile(
    join(folder, 'settings.ini'),
    '[server]\nnumber = 1\nredundant = false\nstate_folder = state\n[x]\nbearer_token_file = token\n[spool]\nfolder = spool\n' +
      `[vault]\nfolder = vault\n[mail]\nenabled = true\nhost = 127.0.0.1\nport = ${port}\nca_file = ca.pem\n` +
      'from = Collector <collector@example.org>\nto = ops@example.org\n',
  )
  const env = { COLLECTOR_TEMPORARY_FOLDERS: 'true' }
  return (...words: string[]) => runInProcess(words, { clock: realClock(), env, cwd: folder })
}

const withoutPostfix = noPostfix()

describe.skipIf(withoutPostfix !== undefined)(`Postfix${withoutPostfix ? ` (${withoutPostfix})` : ''}`, () => {
  test('a mail that it takes longer than ten seconds to accept is delivered once, however often commands run', async () => {
    await using folder = await temporaryFolder()
    await using postfix = await startPostfix(folder.path)
    const run = await serverMailingTo(postfix, folder.path)
    const alert = ['alert', '--unit', 'collector-sync.service']
    const first = await run(...alert)
    expect(first.stderr).toContain('mail perhaps delivered')
    expect([first.code, postfix.policy.asked()]).toEqual([3, 1])
    postfix.policy.accept()
    await expect.poll(postfix.mails).toHaveLength(1)
    for (const words of [alert, ['report'], ['process-hour'], alert]) await run(...words)
    // The others send mails of their own.
    await expect.poll(postfix.mails).toHaveLength(postfix.policy.asked())
    const mails = await readMails(await postfix.mails())
    expect(mails.flatMap(({ defects }) => defects)).toEqual([])
    const subjects = mails.map(({ headers }) => headers['subject'])
    expect(subjects.filter((subject) => subject?.includes('collector-sync.service'))).toEqual([
      'collector server 1: collector-sync.service has failed',
    ])
    expect(new Set(subjects).size).toBe(subjects.length)
  })

  test('a report over STARTTLS lies in the maildir whole and without a defect', async () => {
    await using folder = await temporaryFolder()
    await using postfix = await startPostfix(folder.path)
    const postman = await postmanOf(postfix, folder.path, { to: ['Operators <ops@example.org>'] })
    await putIntoOutbox(postman.stateFolder, REPORT, Date.now())
    const sending = sendWaitingMails(postman, never)
    await expect.poll(postfix.policy.asked).toBe(1)
    postfix.policy.accept()
    expect(await sending).toEqual({ sent: 1, failed: 0, waiting: 0 })
    await expect.poll(postfix.mails).toHaveLength(1)
    const [mail] = await readMails(await postfix.mails())
    expect(mail).toMatchObject({ defects: [], ascii: true, text: REPORT.text, headers: { subject: REPORT.subject } })
    expect(mail?.headers['received']).toContain('with ESMTPS')
    expect(mail?.attachments).toEqual({ '2026-11-21_report.txt': 'hour\tserv 1\n00\t1999\n' })
  })
})
