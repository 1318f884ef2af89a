import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { realClock } from '../../../src/clock.js'
import { takeLock } from '../../../src/durable/lock.js'
import { makeFolder } from '../../../src/durable/folder.js'
import { outboxFolder, putIntoOutbox, waitingMails } from '../../../src/health/mail/outbox.js'
import { sendWaitingMails } from '../../../src/health/mail/send-waiting-mails.js'
import { FaultPlan } from '../../../src/simulator/fault-plan.js'
import { startSmtp, type SmtpOptions } from '../../../src/simulator/smtp/smtp.js'
import { temporaryFolder } from '../../support/temporary-folder.js'
import { header, postmanOf } from './postman.js'

const AT = Date.parse('2026-11-22T06:00:00Z')
const never = new AbortController().signal
const mailAbout = (about: string) => ({ about, subject: `about ${about}`, text: `text of ${about}\n` })
const subjects = (mails: string[]) => mails.map((mail) => header(mail, 'Subject'))

async function smtpIn(folder: string, options: Partial<SmtpOptions> = {}, kinds: string[] = []) {
  const plan = new FaultPlan(
    kinds.map((kind) => ({ service: 'smtp', kind })),
    realClock(),
  )
  return Object.assign(await startSmtp({ folder: join(folder, 'mails'), plan, ...options }), { plan })
}

test('mails are sent oldest first, to all receivers, and removed once accepted', async () => {
  await using folder = await temporaryFolder()
  await using smtp = await smtpIn(folder.path)
  const postman = await postmanOf(smtp, folder.path)
  await putIntoOutbox(postman.stateFolder, mailAbout('second'), AT + 1)
  await putIntoOutbox(
    postman.stateFolder,
    { ...mailAbout('first'), attachments: [{ filename: 'a.txt', content: 'a\tb\n' }] },
    AT,
  )
  expect(await sendWaitingMails(postman, never)).toMatchObject({ sent: 2, waiting: 0 })
  const [first = '', second = ''] = await smtp.mails()
  expect(subjects([first, second])).toEqual(['about first', 'about second'])
  expect(header(first, 'From')).toBe('Collector <collector@example.org>')
  expect(header(first, 'To')).toBe('one@example.org, two@example.org')
  expect(header(first, 'Date')).toBe('Sun, 22 Nov 2026 06:00:00 +0000')
  expect(header(first, 'Auto-Submitted')).toBe('auto-generated')
  expect(header(first, 'Message-ID')).toMatch(/^<[\da-f]{32}@example.org>$/)
  expect(first).toContain('text of first')
  expect(first).toMatch(/filename=a\.txt/)
  expect(await readdir(outboxFolder(postman.stateFolder))).toEqual([])
})

test.each([
  ['reject', 'refused the mail'],
  ['unavailable', 'refused the connection (421 4.3.2 Service not available): it puts this off'],
  ['no-starttls', 'does not turn to TLS'],
])('a mail that meets the fault %s stays, the log says what to do, and the next run sends it', async (kind, said) => {
  await using folder = await temporaryFolder()
  await using smtp = await smtpIn(folder.path, {}, [kind])
  const postman = await postmanOf(smtp, folder.path)
  await putIntoOutbox(postman.stateFolder, mailAbout('a'), AT)
  expect(await sendWaitingMails(postman, never)).toMatchObject({ sent: 0, waiting: 1 })
  expect(smtp.plan.fired).toHaveLength(1)
  expect(postman.log.events).toEqual([
    expect.objectContaining({
      level: 50,
      about: 'a',
      msg: expect.stringContaining(
        `mail not sent, kept for the next run: the mail server 127.0.0.1:${smtp.port} ${said}`,
      ) as string,
    }),
  ])
  expect(await sendWaitingMails(postman, never)).toMatchObject({ sent: 1, waiting: 0 })
  expect(subjects(await smtp.mails())).toEqual(['about a'])
})

test('a mail that alone is refused does not hold up the others', async () => {
  await using folder = await temporaryFolder()
  await using smtp = await smtpIn(folder.path, {}, ['reject'])
  const postman = await postmanOf(smtp, folder.path)
  for (const [index, about] of ['a', 'b', 'c'].entries())
    await putIntoOutbox(postman.stateFolder, mailAbout(about), AT + index)
  expect(await sendWaitingMails(postman, never)).toMatchObject({ sent: 2, waiting: 1 })
  expect(subjects(await smtp.mails())).toEqual(['about b', 'about c'])
})

test('a mail server that is not there is tried once a run, however many mails wait', async () => {
  await using folder = await temporaryFolder()
  const gone = await smtpIn(folder.path)
  const postman = await postmanOf(gone, folder.path)
  await gone[Symbol.asyncDispose]()
  for (const [index, about] of ['a', 'b'].entries())
    await putIntoOutbox(postman.stateFolder, mailAbout(about), AT + index)
  expect(await sendWaitingMails(postman, never)).toMatchObject({ sent: 0, waiting: 2 })
  expect(postman.log.events.map(({ msg }) => msg)).toEqual([
    expect.stringMatching(/ECONNREFUSED.*check \[mail\] host and port/) as string,
  ])
})

test('a login is sent over TLS, and a refused one is told without the password', async () => {
  await using folder = await temporaryFolder()
  await using smtp = await smtpIn(folder.path, { user: 'me', password: 'right-secret' })
  const postman = await postmanOf(smtp, folder.path, { user: 'me' })
  await putIntoOutbox(postman.stateFolder, mailAbout('a'), AT)
  expect(await sendWaitingMails({ ...postman, password: 'wrong-secret' }, never)).toMatchObject({ sent: 0, waiting: 1 })
  expect(postman.log.text()).toMatch(/refused the user me .*check \[mail\] user and password_file/)
  expect(postman.log.text()).not.toMatch(/secret/)
  expect(await sendWaitingMails({ ...postman, password: 'right-secret' }, never)).toMatchObject({ sent: 1, waiting: 0 })
})

test('a password is never sent to a server that hides STARTTLS', async () => {
  await using folder = await temporaryFolder()
  await using smtp = await smtpIn(folder.path, { user: 'me', password: 'right' }, ['no-starttls'])
  const postman = await postmanOf(smtp, folder.path, { user: 'me' })
  await putIntoOutbox(postman.stateFolder, mailAbout('a'), AT)
  expect(await sendWaitingMails({ ...postman, password: 'right' }, never)).toMatchObject({ sent: 0, waiting: 1 })
  expect(smtp.plan.fired).toHaveLength(1)
  expect(postman.log.text()).toContain('[mail] security = starttls demands it')
})

test('a certificate that is not trusted is refused, with a pointer to ca_file; so is a ca_file that is not there', async () => {
  await using folder = await temporaryFolder()
  await using smtp = await smtpIn(folder.path)
  const postman = await postmanOf(smtp, folder.path)
  await putIntoOutbox(postman.stateFolder, mailAbout('a'), AT)
  await sendWaitingMails({ ...postman, mail: { ...postman.mail, caFile: undefined } }, never)
  await sendWaitingMails({ ...postman, mail: { ...postman.mail, caFile: '/none.pem' } }, never)
  expect(postman.log.events.map(({ msg }) => msg)).toEqual([
    expect.stringMatching(/a certificate that is not trusted .*set \[mail\] ca_file/) as string,
    expect.stringMatching(
      /the certificate file \/none.pem can't be read \(ENOENT\): correct \[mail\] ca_file/,
    ) as string,
  ])
  expect(await smtp.mails()).toEqual([])
})

test('security = none sends in the clear, as it says', async () => {
  await using folder = await temporaryFolder()
  await using smtp = await smtpIn(folder.path)
  const postman = await postmanOf(smtp, folder.path, { security: 'none', caFile: undefined })
  await putIntoOutbox(postman.stateFolder, mailAbout('a'), AT)
  expect(await sendWaitingMails(postman, never)).toMatchObject({ sent: 1, waiting: 0 })
})

test('a damaged mail is left as it is, told of, and holds nothing up; strangers are left alone', async () => {
  await using folder = await temporaryFolder()
  await using smtp = await smtpIn(folder.path)
  const postman = await postmanOf(smtp, folder.path)
  await putIntoOutbox(postman.stateFolder, mailAbout('b'), AT + 1)
  const outbox = outboxFolder(postman.stateFolder)
  await writeFile(join(outbox, `${AT}_a.json`), '{"subject": "half')
  for (const stranger of ['notes.txt', `${AT}_c.json.part`]) await writeFile(join(outbox, stranger), 'x')
  expect(await sendWaitingMails(postman, never)).toMatchObject({ sent: 1, waiting: 1 })
  expect(postman.log.text()).toContain(`${AT}_a.json is damaged (no valid JSON)`)
  expect((await readdir(outbox)).sort()).toEqual([`${AT}_a.json`, `${AT}_c.json.part`, 'notes.txt'])
})

test('while another run sends, this one leaves the mails to it', async () => {
  await using folder = await temporaryFolder()
  await using smtp = await smtpIn(folder.path)
  const postman = await postmanOf(smtp, folder.path)
  await putIntoOutbox(postman.stateFolder, mailAbout('a'), AT)
  {
    await using _other = await takeLock(postman.stateFolder, 'send-mail', postman.clock)
    expect(await sendWaitingMails(postman, never)).toMatchObject({ sent: 0, waiting: 1 })
  }
  expect(await sendWaitingMails(postman, never)).toMatchObject({ sent: 1, waiting: 0 })
})

test('a run that is stopped sends no more, and says nothing of faults', async () => {
  await using folder = await temporaryFolder()
  await using smtp = await smtpIn(folder.path)
  const postman = await postmanOf(smtp, folder.path)
  await putIntoOutbox(postman.stateFolder, mailAbout('a'), AT)
  expect(await sendWaitingMails(postman, AbortSignal.abort())).toMatchObject({ sent: 0, waiting: 1 })
  expect(postman.log.events).toEqual([])
})

test('a mail takes the place of a waiting one about the same', async () => {
  await using folder = await temporaryFolder()
  await makeFolder(folder.path)
  for (const [index, about] of ['a', 'b', 'a'].entries()) await putIntoOutbox(folder.path, mailAbout(about), AT + index)
  expect((await waitingMails(folder.path)).map(({ about, since }) => [about, since - AT])).toEqual([
    ['b', 1],
    ['a', 2],
  ])
})

test('a stop ends also the wait for a mail server that says nothing', async () => {
  await using folder = await temporaryFolder()
  await using smtp = await smtpIn(folder.path)
  const stop = new AbortController()
  await using silent = createServer(() => {
    stop.abort()
  }).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const postman = await postmanOf(smtp, folder.path, { port })
  await putIntoOutbox(postman.stateFolder, mailAbout('a'), AT)
  expect(await sendWaitingMails(postman, stop.signal)).toMatchObject({ sent: 0, waiting: 1 })
  expect(stop.signal.aborted).toBe(true)
})
