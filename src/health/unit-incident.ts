import type { Incident } from './alerts.js'

/** The unit of the collector, whose own alerts are about the same incident. */
const COLLECT = 'collector-collect.service'

/** The key of the incident that a unit of systemd fails. */
export const unitKey = (unit: string): string =>
  unit === COLLECT
    ? 'stopped'
    : `unit-${unit
        .toLowerCase()
        .replace(/\.service$/, '')
        .replace(/[^a-z\d]+/g, '-')}`

/** What is told when systemd finds that a unit has failed, and the unit itself perhaps could not. */
export const unitFailed = (unit: string): Incident => ({
  key: unitKey(unit),
  subject: `${unit} has failed`,
  text: [
    `systemd says that ${unit} has failed.`,
    '',
    'What it said last:      journalctl -n 50 -u ' + unit,
    'How it is now:          systemctl status ' + unit,
    '',
    'What was collected is kept. A mail follows when it works again.',
  ].join('\n'),
})
