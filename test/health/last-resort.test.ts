import { mkdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { realClock } from '../../src/clock.js'
import { closeIncident, openIncident, settleIncidents } from '../../src/health/alerts.js'
import { lastResort, orLastResort } from '../../src/health/last-resort.js'
import { putIntoOutbox, waitingMails } from '../../src/health/mail/outbox.js'
import { sendWaitingMails } from '../../src/health/mail/send-waiting-mails.js'
import { startSmtp } from '../../src/simulator/smtp/smtp.js'
import { withDiskFaults } from '../support/disk-faults.js'
import { ManualClock } from '../support/manual-clock.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { header, postmanOf } from './mail/postman.js'

const never = new AbortController().signal
const INCIDENT = { key: 'disk-full', subject: 'the disk is full', text: 'Make room.' }

/** A state folder, a mail server, and what is kept in memory for it, which goes with the block. */
async function world() {
  const folder = await temporaryFolder()
  const smtp = await startSmtp({ folder: join(folder.path, 'mails') })
  const postman = { ...(await postmanOf(smtp, folder.path)), clock: realClock() }
  const { stateFolder } = postman
  await mkdir(stateFolder)
  const clock = new ManualClock('2026-11-21T13:07:00Z')
  return {
    ...{ postman, stateFolder, clock },
    place: { stateFolder, sender: 'collector server 1', timezone: 'UTC', clock },
    subjects: async () => (await smtp.mails()).map((mail) => header(mail, 'Subject')),
    [Symbol.asyncDispose]: async () => {
      const resort = await lastResort(stateFolder)
      if (resort !== undefined) await rm(resort, { recursive: true })
      await smtp[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

test.each(['ENOSPC', 'EROFS', 'EIO', 'EACCES'])(
  'an incident that the state folder can not take (%s) is mailed all the same, once, and so is its end',
  async (code) => {
    await using at = await world()
    await using faults = await withDiskFaults(`${code}:create:1:9999:${at.stateFolder}`)
    for (let run = 0; run < 3; run++) {
      await openIncident(at.place, INCIDENT)
      expect(await sendWaitingMails(at.postman, never)).toMatchObject({ waiting: 0 })
    }
    expect(await at.subjects()).toEqual(['collector server 1: the disk is full'])
    expect(await faults.fired()).toContain(code)
    faults.mend()
    await openIncident(at.place, INCIDENT)
    await closeIncident(at.place, INCIDENT.key, 'There is room again.')
    at.clock.advance(600_000)
    await settleIncidents(at.place)
    await sendWaitingMails(at.postman, never)
    expect(await at.subjects()).toEqual([
      'collector server 1: the disk is full',
      'collector server 1: over: the disk is full',
    ])
  },
)

test('a mail that was accepted and can not be taken out of the outbox is not sent again', async () => {
  await using at = await world()
  await putIntoOutbox(at.stateFolder, { about: 'a', subject: 'once', text: 'x\n' }, at.clock.now())
  await using faults = await withDiskFaults(
    ['create', 'remove', 'rename'].map((op) => `EROFS:${op}:1:9999:${at.stateFolder}`).join(),
  )
  for (let run = 0; run < 3; run++) await sendWaitingMails(at.postman, never)
  expect(await at.subjects()).toEqual(['once'])
  faults.mend()
  await sendWaitingMails(at.postman, never)
  expect(await at.subjects()).toEqual(['once'])
  expect(await waitingMails(at.stateFolder)).toEqual([])
})

test('what somebody else has put in the place of the last resort is not used', async () => {
  await using at = await world()
  await using elsewhere = await temporaryFolder()
  await using _faults = await withDiskFaults(`EROFS:create:1:9999:${at.stateFolder}`)
  await openIncident(at.place, INCIDENT)
  const resort = (await lastResort(at.stateFolder)) ?? ''
  await rm(resort, { recursive: true })
  await symlink(elsewhere.path, resort)
  const used = await orLastResort(at.stateFolder, (folder) =>
    folder === at.stateFolder
      ? Promise.reject(Object.assign(new Error('no'), { code: 'EROFS' }))
      : Promise.resolve(folder),
  )
  expect(used).not.toBe(resort)
  await rm(resort)
})
