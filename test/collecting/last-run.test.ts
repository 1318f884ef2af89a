import { expect, test } from 'vitest'
import { lastRun } from '../../src/collecting/last-run.js'
import { heartbeatOf, newborn } from '../../src/collecting/vital-signs.js'
import { writeHeartbeat } from '../../src/health/heartbeat.js'
import { recordingLog } from '../support/recording-log.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const NOON = Date.parse('2026-11-21T12:00:00Z')

test('what a clock that was ahead has written is not believed by one that is right', async () => {
  await using folder = await temporaryFolder()
  const vitals = newborn({ server: 1, version: '1', coveredUntil: NOON }, NOON)
  await writeHeartbeat(folder.path, heartbeatOf(vitals, [], NOON + 5000))
  expect(await lastRun(folder.path, NOON + 60_000, recordingLog())).toEqual({
    coveredUntil: NOON,
    brokenOff: { lastSignMs: NOON + 5000 },
  })
  expect(await lastRun(folder.path, NOON - 7_200_000, recordingLog())).toEqual({
    coveredUntil: 0,
    brokenOff: { lastSignMs: undefined },
  })
})
