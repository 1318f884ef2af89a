import { expect, test } from 'vitest'
import { tellOfStart } from '../../src/collecting/life-alerts.js'
import { closeIncident, openIncident, type AlertPlace, type Incident } from '../../src/health/alerts.js'
import { waitingMails } from '../../src/health/mail/outbox.js'
import { ManualClock } from '../support/manual-clock.js'
import { temporaryFolder } from '../support/temporary-folder.js'

test('a start for the sake of a refused token is no news while the refusal is told of', async () => {
  await using folder = await temporaryFolder()
  const clock = new ManualClock('2026-11-21T13:00:00Z')
  const place: AlertPlace = { stateFolder: folder.path, sender: 'collector server 1', timezone: 'UTC', clock }
  const started = async () => {
    let done = Promise.resolve()
    const raise = (
      incident: Incident,
      how: (place: AlertPlace, incident: Incident) => Promise<void> = openIncident,
    ) => {
      done = how(place, incident)
    }
    tellOfStart({ raise }, { coveredUntil: 0, brokenOff: undefined }, { nowMs: clock.now(), timezone: 'UTC' })
    await done
    return (await waitingMails(folder.path)).map(({ about }) => about)
  }
  await openIncident(place, { key: 'refused', subject: 'X refuses the stream', text: '401' })
  expect(await started()).toEqual(['alert-refused'])
  await closeIncident(place, 'refused', 'over')
  expect(await started()).toContain('alert-started')
})
