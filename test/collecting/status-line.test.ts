import { expect, test } from 'vitest'
import { statusLine } from '../../src/collecting/status-line.js'
import { newborn, type VitalSigns } from '../../src/collecting/vital-signs.js'

const at = (time: string) => Date.parse(`2026-11-21T${time}Z`)

const vitals = (signs: Partial<VitalSigns>): VitalSigns => ({
  ...newborn({ server: 1, version: '1.2.3', coveredUntil: undefined }, at('13:00:00')),
  ...signs,
})

test.each<[string, Partial<VitalSigns>, string[], string]>([
  ['a start', {}, [], 'connecting; no tweet yet; 0 minutes open'],
  [
    'a stream',
    { connection: 'connected', connectedAt: at('13:02:03'), lastTweetAt: at('13:07:59') },
    ['2026-11-21_13-07'],
    'connected since 2026-11-21 13:02 UTC; last tweet 2026-11-21 13:07 UTC; 1 minute open',
  ],
  [
    'a silent stream',
    { connection: 'connected', connectedAt: at('13:02:03'), silentSince: at('13:03:00') },
    [],
    'connected since 2026-11-21 13:02 UTC, silent since 2026-11-21 13:03 UTC; no tweet yet; 0 minutes open',
  ],
  [
    'a refusal, whatever X says',
    { connection: 'waiting', refused: { since: at('13:02:03'), message: 'a\nREADY=1' } },
    [],
    'X refuses the stream since 2026-11-21 13:02 UTC; no tweet yet; 0 minutes open',
  ],
  [
    'a full disk',
    { connection: 'connected', pausedSince: at('13:02:03') },
    [],
    'the disk is full since 2026-11-21 13:02 UTC, nothing is read; no tweet yet; 0 minutes open',
  ],
])('systemctl status shows %s', (_name, signs, openMinutes, line) => {
  expect(statusLine(vitals(signs), openMinutes)).toBe(line)
})
