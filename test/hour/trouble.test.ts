import { expect, test } from 'vitest'
import { readMail, waitingMails } from '../../src/health/mail/outbox.js'
import type { RunResult } from '../../src/hour/run.js'
import { tellTrouble } from '../../src/hour/trouble.js'
import { HOUR_MS } from '../../src/utc.js'
import { ManualClock } from '../support/manual-clock.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const fine: RunResult = {
  archived: [],
  renewed: [],
  waiting: [],
  failed: [],
  lost: [],
  passed_over: [],
  clock: null,
  published: undefined,
  faults: [],
}
const failing: RunResult = { ...fine, failed: [{ hour: '2026-11-21_13', reason: 'the book is damaged' }] }

async function alerting() {
  const folder = await temporaryFolder()
  const clock = new ManualClock('2026-11-21T15:20:00Z')
  const place = { stateFolder: folder.path, sender: 'collector server 1', timezone: 'UTC', clock }
  return {
    clock,
    tell: (result: RunResult) => tellTrouble(result, place),
    subjects: async () => {
      const mails = await Promise.all((await waitingMails(folder.path)).map(readMail))
      return mails.map((mail) => mail?.subject)
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

test('an hour that fails run after run is mailed once, and once when it is over', async () => {
  await using alerts = await alerting()
  await alerts.tell(failing)
  await alerts.tell(failing)
  expect(await alerts.subjects()).toEqual([expect.stringContaining('1 hour needs a look')])
  await alerts.tell(fine)
  alerts.clock.advance(HOUR_MS)
  await alerts.tell(fine)
  expect(await alerts.subjects()).toEqual([expect.anything(), expect.stringContaining('over: ')])
})

test('publishing that needs a person is mailed, and a run without publishing does not end that', async () => {
  await using alerts = await alerting()
  const published = { uploaded: 0, unchanged: 0, failed: [], fatal: 'OSF refused the token (401)' }
  await alerts.tell({ ...fine, published })
  await alerts.tell(fine)
  alerts.clock.advance(HOUR_MS)
  await alerts.tell(fine)
  expect(await alerts.subjects()).toEqual([expect.stringContaining('nothing can be published')])
})

test('a run without trouble mails nothing', async () => {
  await using alerts = await alerting()
  await alerts.tell(fine)
  expect(await alerts.subjects()).toEqual([])
})
