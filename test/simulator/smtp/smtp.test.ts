import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { realClock } from '../../../src/clock.js'
import { FaultPlan, type Fault } from '../../../src/simulator/fault-plan.js'
import { startSmtp } from '../../../src/simulator/smtp/smtp.js'
import { temporaryFolder } from '../../support/temporary-folder.js'
import { sendTo } from './smtp-client.js'

const planOf = (...faults: Omit<Fault, 'service'>[]) =>
  new FaultPlan(
    faults.map((fault) => ({ service: 'smtp', ...fault })),
    realClock(),
  )

test('mails come over STARTTLS, with a certificate that can be checked, and are kept in order', async () => {
  await using folder = await temporaryFolder()
  await using smtp = await startSmtp({ folder: folder.path })
  await sendTo(smtp, 'one')
  await sendTo(smtp, 'two', { tls: { ca: smtp.certificate, servername: 'localhost' } })
  expect((await smtp.mails()).map((mail) => /^Subject: (.*)\r$/m.exec(mail)?.[1])).toEqual(['one', 'two'])
  expect((await readdir(folder.path)).filter((name) => name.endsWith('.eml')).sort()).toEqual(['0001.eml', '0002.eml'])
  await expect(sendTo(smtp, 'three', { tls: {} })).rejects.toMatchObject({ code: 'ESOCKET' })
})

test('a start on a folder with mails goes on counting', async () => {
  await using folder = await temporaryFolder()
  for (const subject of ['one', 'two']) {
    await using smtp = await startSmtp({ folder: folder.path })
    await sendTo(smtp, subject)
  }
  expect((await readdir(folder.path)).filter((name) => name.endsWith('.eml')).sort()).toEqual(['0001.eml', '0002.eml'])
})

test('with a user only that user may send', async () => {
  await using folder = await temporaryFolder()
  await using smtp = await startSmtp({ folder: folder.path, user: 'me', password: 'right' })
  await sendTo(smtp, 'one', { auth: { user: 'me', pass: 'right' } })
  await expect(sendTo(smtp, 'two', { auth: { user: 'me', pass: 'wrong' } })).rejects.toMatchObject({ code: 'EAUTH' })
  await expect(sendTo(smtp, 'three')).rejects.toMatchObject({ responseCode: 530 })
  expect(await smtp.mails()).toHaveLength(1)
})

test.each([
  ['reject', { code: 'EMESSAGE', responseCode: 550 }],
  ['unavailable', { responseCode: 421 }],
  ['drop', { code: 'ECONNECTION' }],
  ['no-starttls', { code: 'ETLS' }],
])('the fault %s keeps one mail out, and the next one passes', async (kind, error) => {
  await using folder = await temporaryFolder()
  const plan = planOf({ kind })
  await using smtp = await startSmtp({ folder: folder.path, plan })
  await expect(sendTo(smtp, 'one')).rejects.toMatchObject(error)
  expect(plan.fired).toHaveLength(1)
  await sendTo(smtp, 'two')
  expect(await smtp.mails()).toHaveLength(1)
})

test('a fault can wait for a number of mails, and for a receiver', async () => {
  await using folder = await temporaryFolder()
  const plan = planOf({ kind: 'reject', after: 2, only: 'b@' }, { kind: 'drop', only: 'nobody@' })
  await using smtp = await startSmtp({ folder: folder.path, plan })
  await sendTo(smtp, 'one')
  await expect(sendTo(smtp, 'two')).rejects.toMatchObject({ code: 'EMESSAGE' })
  expect(plan.pending.map(({ kind }) => kind)).toEqual(['drop'])
})

test('a server that hides STARTTLS takes mail in the clear from whoever does not insist', async () => {
  await using folder = await temporaryFolder()
  const plan = planOf({ kind: 'no-starttls' })
  await using smtp = await startSmtp({ folder: folder.path, plan })
  await sendTo(smtp, 'one', { requireTLS: false })
  expect(plan.fired).toHaveLength(1)
  expect(await smtp.mails()).toHaveLength(1)
})

test('the certificate is the same after a restart, and its key is for the owner alone', async () => {
  await using folder = await temporaryFolder()
  const certificates: string[] = []
  for (let start = 0; start < 2; start++) {
    await using smtp = await startSmtp({ folder: folder.path })
    certificates.push(smtp.certificate)
  }
  expect(certificates[1]).toBe(certificates[0])
  expect((await stat(join(folder.path, 'smtp-key.pem'))).mode & 0o777).toBe(0o600)
})
