import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { expect, test } from 'vitest'
import { ehloName } from '../../../src/health/mail/letter.js'
import { outboxFolder, putIntoOutbox, waitingMails } from '../../../src/health/mail/outbox.js'
import { sendWaitingMails } from '../../../src/health/mail/send-waiting-mails.js'
import type { MailSettings } from '../../../src/settings/settings.js'
import { keptCertificate } from '../../../src/simulator/smtp/certificate.js'
import { DAY_MS, HOUR_MS } from '../../../src/utc.js'
import { ManualClock } from '../../support/manual-clock.js'
import { BRIEF_MS, PATIENCE_MS } from '../../support/patience.js'
import { recordingLog } from '../../support/recording-log.js'
import { CUT, CUT_WITHIN, SILENT, startScriptedSmtp, type ScriptedSmtp } from '../../support/scripted-smtp.js'
import { temporaryFolder } from '../../support/temporary-folder.js'
import { header } from './postman.js'

const AT = Date.parse('2026-11-22T06:00:00Z')
const never = new AbortController().signal
/** After so long without a greeting the program looks whether the server waits for TLS. */
const TLS_LOOK_MS = 15_000
const THE_MAIL = { about: 'report-2026-11-21', subject: 'the report', text: 'all is well\n' }

/** A mail for one@ and two@ in an outbox, and what sends it to `smtp`; a wait of five minutes for a socket lasts `socketMs`. */
async function mailFor(smtp: ScriptedSmtp, changes: Partial<MailSettings> = {}, socketMs = PATIENCE_MS) {
  const folder = await temporaryFolder()
  const clock = new ManualClock(AT)
  const log = recordingLog()
  const stateFolder = join(folder.path, 'state')
  const mail: MailSettings = {
    ...{ host: '127.0.0.1', port: smtp.port, security: 'none', user: undefined, passwordFile: undefined },
    ...{ caFile: undefined, ehloName: undefined, from: 'collector@example.org' },
    to: ['one@example.org', 'two@example.org'],
    ...changes,
  }
  const postman = {
    mail,
    password: undefined,
    stateFolder,
    log,
    clock: Object.assign(clock, { socketMs: () => socketMs }),
  }
  await putIntoOutbox(stateFolder, THE_MAIL, AT)
  return {
    ...{ postman, clock, log, stateFolder },
    /** What was sent, what failed and what waits, after `ms` more. */
    async runAfter(ms: number, signal = never) {
      clock.advance(ms)
      const { sent, failed, waiting } = await sendWaitingMails(postman, signal)
      return `${sent} sent, ${failed} failed, ${waiting} waiting`
    },
    said: () => log.events.map(({ msg }) => msg as string),
    abouts: async () => (await waitingMails(stateFolder)).map(({ about }) => about),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

const receivers = (smtp: ScriptedSmtp) => smtp.letters.map((letter) => letter.receivers.join(' '))
const ids = (smtp: ScriptedSmtp) => new Set(smtp.letters.map(({ text }) => header(text, 'Message-ID')))

test('a receiver that is put off (451) alone gets the mail again, at the next run', async () => {
  await using smtp = await startScriptedSmtp((line, count) =>
    line === 'RCPT TO:<two@example.org>' && count < 2 ? '451 4.7.1 Greylisted, try again in 300 seconds' : undefined,
  )
  await using at = await mailFor(smtp)
  expect(await at.runAfter(0)).toBe('0 sent, 1 failed, 1 waiting')
  expect(await at.runAfter(0)).toBe('0 sent, 1 failed, 1 waiting')
  expect(await at.runAfter(0)).toBe('1 sent, 0 failed, 0 waiting')
  expect(receivers(smtp)).toEqual(['one@example.org', 'two@example.org'])
  expect(ids(smtp).size).toBe(1)
  expect(at.said()).toContain(
    'two@example.org is put off (451 4.7.1 Greylisted, try again in 300 seconds): the next run tries again, nothing need be changed',
  )
})

test("a receiver that is refused (550) is told to the others in the server's words, once, until it works again", async () => {
  const refused = new Set(['RCPT TO:<two@example.org>'])
  await using smtp = await startScriptedSmtp((line) =>
    refused.has(line) ? '550 5.1.1 no such\u001b[31m user' : undefined,
  )
  await using at = await mailFor(smtp)
  expect(await at.runAfter(0)).toBe('2 sent, 0 failed, 0 waiting')
  expect(receivers(smtp)).toEqual(['one@example.org', 'one@example.org'])
  expect(header(smtp.letters[1]?.text ?? '', 'Subject')).toBe('collector: two@example.org gets no mail')
  expect(smtp.letters[1]?.text).toContain(String.raw`    550 5.1.1 no such\u001b[31m user`)
  await putIntoOutbox(at.stateFolder, THE_MAIL, AT + HOUR_MS)
  expect(await at.runAfter(HOUR_MS)).toBe('1 sent, 0 failed, 0 waiting')
  refused.clear()
  await putIntoOutbox(at.stateFolder, THE_MAIL, AT + 2 * HOUR_MS)
  expect(await at.runAfter(HOUR_MS)).toBe('1 sent, 0 failed, 0 waiting')
  refused.add('RCPT TO:<two@example.org>')
  await putIntoOutbox(at.stateFolder, THE_MAIL, AT + 3 * HOUR_MS)
  expect(await at.runAfter(HOUR_MS)).toBe('2 sent, 0 failed, 0 waiting')
})

test('where one is refused and the other put off, only the one that was put off is tried again', async () => {
  await using smtp = await startScriptedSmtp((line, count) => {
    if (line === 'RCPT TO:<one@example.org>') return '550 5.1.1 no such user'
    return line === 'RCPT TO:<two@example.org>' && count === 0 ? '450 4.2.0 busy' : undefined
  })
  await using at = await mailFor(smtp)
  expect(await at.runAfter(0)).toBe('1 sent, 1 failed, 1 waiting')
  expect(await at.runAfter(0)).toBe('1 sent, 0 failed, 0 waiting')
  expect(smtp.commands.filter((line) => line === 'RCPT TO:<one@example.org>')).toHaveLength(2)
  expect(receivers(smtp)).toEqual(['two@example.org', 'two@example.org'])
})

test.each([
  ['every receiver', /^RCPT/, 'refused every receiver'],
  ['the mail after its end', /^\.$/, 'refused the mail'],
  ['the sender', /^MAIL/, 'refused the sender'],
])(
  'a server that refuses %s for ever is asked less and less often, and then no more; the mail is kept',
  async (_, line, said) => {
    await using smtp = await startScriptedSmtp((command) => (line.test(command) ? '550 5.7.1 no' : undefined))
    await using at = await mailFor(smtp)
    const tries: number[] = []
    for (const ms of [0, 1, HOUR_MS - 1, 1, 6 * HOUR_MS - 1, 1, DAY_MS - 1, 1, DAY_MS - 1, 1, HOUR_MS, DAY_MS]) {
      await at.runAfter(ms)
      tries.push(smtp.commands.filter((command) => command.startsWith('MAIL')).length)
    }
    expect(tries).toEqual([1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 6])
    expect(await at.abouts()).toEqual([])
    expect(await readdir(join(outboxFolder(at.stateFolder), 'undelivered'))).toEqual([`${AT}_report-2026-11-21.json`])
    expect(at.said()[0]).toContain(said)
    expect(at.said()[0]).toContain('550 5.7.1 no')
    expect(at.said().at(-1)).toMatch(
      /^mail given up: the mail server has refused it 6 times; it lies in .*move it back/,
    )
    expect(at.said()).toHaveLength(7)
  },
)

test('with other settings a refused mail is tried at once', async () => {
  await using smtp = await startScriptedSmtp((line) => (line.includes('wrong') ? '550 5.1.1 no such user' : undefined))
  await using at = await mailFor(smtp, { to: ['wrong@example.org'] })
  expect(await at.runAfter(0)).toBe('0 sent, 1 failed, 1 waiting')
  expect(await at.runAfter(0)).toBe('0 sent, 1 failed, 1 waiting')
  expect(await at.runAfter(0)).toBe('0 sent, 0 failed, 1 waiting')
  const mail = { ...at.postman.mail, to: ['right@example.org'] }
  expect(await sendWaitingMails({ ...at.postman, mail }, never)).toMatchObject({ sent: 1, waiting: 0 })
})

test('a mail that is only ever put off is given up after five days', async () => {
  await using smtp = await startScriptedSmtp((line) => (line === '.' ? '451 4.3.0 later' : undefined))
  await using at = await mailFor(smtp)
  expect(await at.runAfter(0)).toBe('0 sent, 1 failed, 1 waiting')
  expect(await at.runAfter(5 * DAY_MS)).toBe('0 sent, 1 failed, 1 waiting')
  expect(await at.runAfter(HOUR_MS)).toBe('0 sent, 1 failed, 1 waiting')
  expect(await at.runAfter(HOUR_MS)).toBe('0 sent, 0 failed, 0 waiting')
  expect(at.said().at(-1)).toMatch(/^mail given up: the mail server has put it off 3 times/)
})

test.concurrent.each([
  ['cuts the connection', CUT, /gave no answer \(/],
  ['says nothing', SILENT, /gave no answer within 600 s/],
])(
  'where the server takes the whole mail and %s, the mail goes out again seldom, with the same Message-ID, and told',
  async (_, end, said) => {
    await using smtp = await startScriptedSmtp((line) => (line === '.' ? (end as typeof CUT) : undefined))
    await using at = await mailFor(smtp, {}, BRIEF_MS)
    const letters: number[] = []
    for (const ms of [0, 0, HOUR_MS - 1, 1, HOUR_MS, 5 * HOUR_MS, DAY_MS - 1, 1, DAY_MS, DAY_MS]) {
      await at.runAfter(ms)
      letters.push(smtp.letters.length)
    }
    expect(letters).toEqual([1, 1, 1, 2, 2, 3, 3, 4, 4, 4])
    expect(ids(smtp).size).toBe(1)
    expect(at.said()[0]).toMatch(said)
    expect(at.said()[0]).toMatch(
      /^mail perhaps delivered, tried again 2026-11-22T07:00:00Z with the same Message-ID: the mail/,
    )
    expect(at.said().at(-1)).toMatch(/^mail given up: the mail server has left it without an answer 4 times/)
    expect(at.said()).toHaveLength(5)
  },
)

test('a command that has no time for the answer notes the mail as perhaps delivered, and the next ones leave it', async () => {
  await using smtp = await startScriptedSmtp((line) => (line === '.' ? SILENT : undefined))
  await using at = await mailFor(smtp)
  const hurry = new AbortController()
  const sending = at.runAfter(0, hurry.signal)
  await expect.poll(() => smtp.letters.length).toBe(1)
  hurry.abort(new DOMException('', 'TimeoutError'))
  expect(await sending).toBe('0 sent, 1 failed, 1 waiting')
  expect(await at.runAfter(60_000)).toBe('0 sent, 0 failed, 1 waiting')
  expect(smtp.letters).toHaveLength(1)
  expect(at.said()).toEqual([expect.stringContaining('mail perhaps delivered, tried again 2026-11-22T07:00:00Z')])
})

test('a process that dies while the answer is on its way makes no double at its next start', async () => {
  await using smtp = await startScriptedSmtp((line) => (line === '.' ? SILENT : undefined))
  await using at = await mailFor(smtp)
  const ending = new AbortController()
  const sending = at.runAfter(0, ending.signal)
  await expect.poll(() => smtp.letters.length).toBe(1)
  const [place] = await waitingMails(at.stateFolder)
  const noted = JSON.parse(await readFile(place?.path ?? '', 'utf8')) as { delivery: unknown }
  expect(noted.delivery).toMatchObject({ fate: 'unknown', tries: 1 })
  ending.abort()
  await sending
})

test('a connection cut at each step loses no mail, doubles none, and is told with the step', async () => {
  for (const [line, step] of [
    ['', 'greeting'],
    ['EHLO', 'EHLO'],
    ['MAIL', 'MAIL'],
    ['RCPT', 'RCPT'],
    ['DATA', 'DATA'],
  ] as const) {
    await using smtp = await startScriptedSmtp((command, count) =>
      (line === '' ? command === '' : command.startsWith(line)) && count === 0 ? CUT : undefined,
    )
    await using at = await mailFor(smtp, { to: ['one@example.org'] })
    expect([step, await at.runAfter(0)]).toEqual([step, '0 sent, 1 failed, 1 waiting'])
    expect(at.said()[0]).toMatch(/^mail not sent, kept for the next run: the mail server .* can't be used \(/)
    expect([step, await at.runAfter(0)]).toEqual([step, '1 sent, 0 failed, 0 waiting'])
    expect(receivers(smtp)).toEqual(['one@example.org'])
  }
})

test('a connection cut at the login loses no mail, and one cut at the goodbye doubles none', async () => {
  await using smtp = await startScriptedSmtp((command, count) => {
    if (command.startsWith('EHLO')) return '250-mail.example\r\n250 AUTH PLAIN'
    if (command.startsWith('AUTH')) return count === 0 ? CUT : '235 2.7.0 welcome'
    return command === 'QUIT' ? CUT : undefined
  })
  await using at = await mailFor(smtp, { to: ['one@example.org'], user: 'me' })
  Object.assign(at.postman, { password: 'secret' })
  expect(await at.runAfter(0)).toBe('0 sent, 1 failed, 1 waiting')
  expect(at.said()[0]).toMatch(/^mail not sent, kept for the next run: /)
  expect(await at.runAfter(0)).toBe('1 sent, 0 failed, 0 waiting')
  expect(smtp.commands).toContain('QUIT')
  expect(receivers(smtp)).toEqual(['one@example.org'])
})

test('a mail of which the server got half is delivered to nobody: the next run tries it again', async () => {
  await using smtp = await startScriptedSmtp((line, count) => (line === 'DATA' && count < 2 ? CUT_WITHIN : undefined))
  await using at = await mailFor(smtp)
  // More than the connection holds between the two ends.
  const text = `${'x'.repeat(70)}\n`.repeat(150_000)
  await putIntoOutbox(at.stateFolder, { ...THE_MAIL, text }, AT + 1)
  for (let run = 1; run <= 2; run++) expect(await at.runAfter(1000)).toBe('0 sent, 1 failed, 1 waiting')
  expect(await at.runAfter(1000)).toBe('1 sent, 0 failed, 0 waiting')
  expect(receivers(smtp)).toEqual(['one@example.org two@example.org'])
  expect(at.said()[0]).toMatch(/^mail not sent, kept for the next run: /)
})

test.concurrent.each([
  ['', 'the greeting'],
  ['EHLO', 'EHLO'],
  ['MAIL', 'MAIL'],
  ['RCPT', 'RCPT'],
  ['DATA', 'DATA'],
])('a server that is silent at "%s" is waited for as long as RFC 5321 says, and no longer', async (line, step) => {
  await using smtp = await startScriptedSmtp((command) =>
    (line === '' ? command === '' : command.startsWith(line)) ? SILENT : undefined,
  )
  await using at = await mailFor(smtp)
  const asked: number[] = []
  at.clock.socketMs = (ms) => {
    asked.push(ms)
    return ms === TLS_LOOK_MS ? PATIENCE_MS : BRIEF_MS
  }
  expect(await at.runAfter(0)).toBe('0 sent, 1 failed, 1 waiting')
  expect(at.said()[0]).toContain(`said nothing for ${step === 'DATA' ? 120 : 300} s at ${step}:`)
  expect(asked.at(-1)).toBe(step === 'DATA' ? 120_000 : 300_000)
})

test('a server without SMTPUTF8 gets domains as punycode, and names, subject and text in ASCII', async () => {
  await using smtp = await startScriptedSmtp()
  await using at = await mailFor(smtp, {
    from: 'Sammler Größe <collector@bücher.example>',
    to: ['Jürgen <one@münchen.example>', 'two@例え.example'],
  })
  await putIntoOutbox(at.stateFolder, { ...THE_MAIL, subject: 'Zählung ☂', text: 'Größe: ✓\n' }, AT)
  expect(await at.runAfter(0)).toBe('1 sent, 0 failed, 0 waiting')
  expect(smtp.commands.filter((line) => /^(MAIL|RCPT)/.test(line))).toEqual([
    expect.stringMatching(/^MAIL FROM:<collector@xn--bcher-kva\.example>(?!.*SMTPUTF8)/),
    'RCPT TO:<one@xn--mnchen-3ya.example>',
    'RCPT TO:<two@xn--r8jz45g.example>',
  ])
  const [letter] = smtp.letters
  expect(letter?.text).toMatch(/^[\r\n\x20-\x7e]+$/)
  expect(header(letter?.text ?? '', 'To')).toContain('<one@xn--mnchen-3ya.example>')
})

test("this machine's name for the mail server is the setting's, else its own full one, else the sender's domain", () => {
  const mail = (from: string, name?: string) => ({ from, ehloName: name }) as MailSettings
  expect(ehloName(mail('a@example.org', 'mx.example.net'), '10.0.0.1', 'server1.example.com')).toBe('mx.example.net')
  expect(ehloName(mail('a@example.org'), '10.0.0.1', 'server1.example.com')).toBe('server1.example.com')
  for (const own of ['server1', 'localhost', 'server1.localdomain', 'x_y'])
    expect(ehloName(mail('A <a@bücher.example>'), '10.0.0.1', own)).toBe('xn--bcher-kva.example')
  expect(ehloName(mail('a@host'), '10.0.0.1', 'server1')).toBe('[10.0.0.1]')
  expect(ehloName(mail('a@host'), 'fe80::1', 'server1')).toBe('[IPv6:fe80::1]')
})

test.each([
  ['MAIL', '530 5.7.0 Must issue a STARTTLS command first', 'set [mail] security = starttls'],
  ['MAIL', '530 5.7.0 Authentication required', 'set [mail] user and password_file'],
  ['RCPT', '554 5.7.1 <two@example.org>: Relay access denied', 'it does not pass on mail of this machine'],
  ['RCPT', '550 5.7.1 Client host rejected: cannot find your hostname; send a proper EHLO', 'set [mail] ehlo_name'],
  ['MAIL', '552 5.3.4 Message size exceeds fixed limit', 'too large'],
  ['.', '552 5.2.2 mailbox full', 'a mailbox is full'],
  ['.', '421 4.7.0 closing', 'nothing need be changed'],
  ['.', '452 4.3.1 insufficient system storage', 'nothing need be changed'],
  ['', '421 4.7.0 too many connections from your host', 'nothing need be changed'],
  ['', '554 5.7.1 no SMTP service here', 'ask whoever runs it'],
  ['', 'SSH-2.0-OpenSSH_9.2', 'does not answer as a mail server does'],
  ['EHLO', '550 5.7.1 bad name', 'set [mail] ehlo_name'],
  ['EHLO', '421 4.7.0 Try again later, closing connection. (EHLO)', 'set [mail] ehlo_name'],
  ['EHLO', '421 4.3.2 overloaded', 'nothing need be changed'],
  ['MAIL', '421 4.3.2 shutting down', 'nothing need be changed'],
  ['RCPT', '421 4.7.0 too many errors', 'refused at RCPT (421 4.7.0 too many errors): it puts this off'],
  ['DATA', '421 4.3.2 shutting down', 'nothing need be changed'],
  ['DATA', '354 go on\r\n421 4.4.2 timeout', 'refused the mail (421 4.4.2 timeout): it puts this off'],
  ['MAIL', '554 5.7.1 Client host blocked using a DNSBL', "it takes no mail from this machine's address"],
  ['RCPT', '550 5.7.1 listed at zen.spamhaus.org', "it takes no mail from this machine's address"],
  ['MAIL', '503 5.5.1 bad sequence of commands', 'ask whoever runs it'],
])('at "%s" the answer "%s" is told with the right setting', async (line, said, advice) => {
  await using smtp = await startScriptedSmtp((command) =>
    (line === '' ? command === '' : command.startsWith(line) || (line === 'EHLO' && command.startsWith('HELO')))
      ? said
      : undefined,
  )
  await using at = await mailFor(smtp)
  await at.runAfter(0)
  expect(at.said()[0]).toContain(advice)
  expect(at.said()[0]).toContain(said.split('\r\n').at(-1)?.slice(0, 40))
  expect(await at.abouts()).toContain('report-2026-11-21')
})

test.each([
  ['STARTTLS', '454 4.7.0 TLS not available due to a local problem', 'nothing need be changed'],
  ['STARTTLS', '421 4.7.0 busy', 'nothing need be changed'],
  ['STARTTLS', '502 5.5.1 not implemented', '[mail] security = starttls demands it; check port and security'],
  ['EHLO', '502 5.5.1 not implemented', 'it knows no EHLO, and so no STARTTLS'],
])('with security = starttls, at "%s" the answer "%s" is told with the right setting', async (line, said, advice) => {
  await using smtp = await startScriptedSmtp((command) => (command.startsWith(line) ? said : undefined))
  await using at = await mailFor(smtp, { security: 'starttls' })
  expect(await at.runAfter(0)).toBe('0 sent, 1 failed, 1 waiting')
  expect(at.said()[0]).toContain(advice)
})

test.each([
  ['', '535 5.7.8 authentication failed', 'check [mail] user and password_file'],
  ['', '454 4.7.0 temporary failure', 'the next run tries again'],
  ['', '504 5.5.4 unrecognised authentication type', 'it knows no login by user and password'],
  ['offers none', '530 5.7.0 Authentication required', 'it wants a login and offers none with [mail] security = none'],
])('a login that fails%s (%s) is told with the right setting', async (offer, said, advice) => {
  await using smtp = await startScriptedSmtp((line) => {
    if (line.startsWith('EHLO')) return offer === '' ? '250-mail.example\r\n250 AUTH PLAIN' : undefined
    return line.startsWith(offer === '' ? 'AUTH' : 'MAIL') ? said : undefined
  })
  await using at = await mailFor(smtp, { user: 'me' })
  Object.assign(at.postman, { password: 'secret' })
  expect(await at.runAfter(0)).toBe('0 sent, 1 failed, 1 waiting')
  expect(at.said()[0]).toContain(advice)
})

test('a server that hangs up just when it has asked for the mail leaves it whole in the outbox', async () => {
  await using smtp = await startScriptedSmtp((line, count) =>
    line === 'DATA' && count < 20 ? '354 go on\r\n421 4.4.2 timeout' : undefined,
  )
  await using at = await mailFor(smtp)
  for (let run = 1; run <= 20; run++) expect(await at.runAfter(1000)).toBe('0 sent, 1 failed, 1 waiting')
  expect(await at.runAfter(1000)).toBe('1 sent, 0 failed, 0 waiting')
  expect(smtp.letters[0]?.text).toContain('all is well')
})

test('a mail that is too large for the server does not hold up smaller ones', async () => {
  await using smtp = await startScriptedSmtp((line, count) =>
    line.startsWith('MAIL') && count === 0 ? '452 4.3.1 Message size exceeds the room that is left' : undefined,
  )
  await using at = await mailFor(smtp)
  await putIntoOutbox(at.stateFolder, { ...THE_MAIL, about: 'alert-small' }, AT + 1)
  expect(await at.runAfter(0)).toBe('1 sent, 1 failed, 1 waiting')
  expect(await at.abouts()).toEqual(['report-2026-11-21'])
})

test('security = tls at a port that speaks first is told as that', async () => {
  await using smtp = await startScriptedSmtp()
  await using plain = await mailFor(smtp, { security: 'tls' })
  await plain.runAfter(0)
  expect(plain.said()[0]).toMatch(/does not begin with TLS .*set \[mail\] security = starttls/)
})

/** A mail server that begins with TLS, as on port 465: it says nothing before the client does. Answers its port. */
async function startTlsAtOnce(stack: AsyncDisposableStack): Promise<number> {
  const folder = stack.use(await temporaryFolder())
  const { key, certificate: cert } = await keptCertificate(folder.path, Date.now())
  const sockets = new Set<Socket>()
  const server = createTlsServer({ key, cert }, (socket) => socket.write('220 mail.example ESMTP\r\n'))
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => undefined)))
  server.on('tlsClientError', () => undefined).listen(0, '127.0.0.1')
  stack.defer(async () => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

test.concurrent.each(['starttls', 'none'] as const)(
  'a server that waits for TLS at once at security = %s is told as that, long before its time for the greeting is over',
  async (security) => {
    await using stack = new AsyncDisposableStack()
    const port = await startTlsAtOnce(stack)
    await using smtp = await startScriptedSmtp()
    await using at = await mailFor(smtp, { security, port })
    at.clock.socketMs = (ms) => (ms === TLS_LOOK_MS ? BRIEF_MS : PATIENCE_MS)
    expect(await at.runAfter(0)).toBe('0 sent, 1 failed, 1 waiting')
    expect(at.said()).toEqual([
      `mail not sent, kept for the next run: the mail server 127.0.0.1:${port} waits for TLS at once, [mail] security = ${security} begins without: set security = tls, or the port that speaks STARTTLS (often 587)`,
    ])
  },
)

test.concurrent(
  'a server that is slow to greet, but speaks first, is not taken for one that waits for TLS',
  async () => {
    let greet: (words: string) => void = () => undefined
    const greeting = new Promise<string>((resolve) => (greet = resolve))
    await using smtp = await startScriptedSmtp((line, count) => {
      // The second connection is the look whether it waits for TLS.
      if (line === '' && count === 1) greet('220 mail.example ESMTP')
      return line === '' ? greeting : undefined
    })
    await using at = await mailFor(smtp)
    at.clock.socketMs = (ms) => (ms === TLS_LOOK_MS ? BRIEF_MS : PATIENCE_MS)
    expect(await at.runAfter(0)).toBe('1 sent, 0 failed, 0 waiting')
  },
)

test("the mail server's name is looked up by the system, /etc/hosts included", async () => {
  await using smtp = await startScriptedSmtp()
  await using at = await mailFor(smtp, { host: 'no-such-host.invalid' })
  await at.runAfter(0)
  expect(at.said()[0]).toMatch(/(is not known by that name|can't be looked up now) \(getaddrinfo E/)
})

test('a refused login is told without the password, and a port where nothing listens with it', async () => {
  await using closed = createServer().listen(0, '127.0.0.1')
  await once(closed, 'listening')
  const { port } = closed.address() as AddressInfo
  await closed[Symbol.asyncDispose]()
  await using smtp = await startScriptedSmtp()
  await using at = await mailFor(smtp, { port })
  await at.runAfter(0)
  expect(at.said()[0]).toMatch(/can't be used \(connect ECONNREFUSED .*check \[mail\] host and port/)
})
