import { expect, test } from 'vitest'
import { runInProcess } from '../support/in-process.js'
import { SleeplessClock } from '../support/sleepless-clock.js'

test('for syslog each line of a failure begins with its priority, which logger --prio-prefix reads', async () => {
  const words = ['sync', '--log', 'syslog', '--settings', '/nowhere/settings.ini']
  const { code, stderr } = await runInProcess(words, { clock: new SleeplessClock('2026-11-21T13:00:00Z') })
  expect(code).toBe(2)
  expect(stderr).toMatch(/^<3>collector: .*\/nowhere\/settings\.ini.*\n(<3>.*\n)*$/)
})
