import { expect, test } from 'vitest'
import { runInProcess } from '../support/in-process.js'
import { runCollector } from '../support/program.js'
import { SleeplessClock } from '../support/sleepless-clock.js'

test('for syslog each line of a failure begins with its priority, which logger --prio-prefix reads', async () => {
  const words = ['sync', '--log', 'syslog', '--settings', '/nowhere/settings.ini']
  const { code, stderr } = await runInProcess(words, { clock: new SleeplessClock('2026-11-21T13:00:00Z') })
  expect(code).toBe(2)
  expect(stderr).toMatch(/^<3>collector: .*\/nowhere\/settings\.ini.*\n(<3>.*\n)*$/)
})

const NOW = '2026-11-21T13:00:00Z'

test.each([
  ['an unknown command', ['--log', 'json', 'colect'], "unknown command 'colect'\n(Did you mean collect?)"],
  ['an unknown flag', ['sync', '--log=json', '--fast'], "unknown option '--fast'"],
  ['a flag without its value', ['sync', '--log', 'json', '--settings'], "option '--settings <file>' argument missing"],
  ['a duration that is none', ['--log', 'json', 'sync', '--retry', 'soon'], '--retry is "soon": it wants '],
  ['no command at all', ['--log', 'json'], 'Usage: collector '],
])('in a JSON log wrong usage is an event like any other failure: %s', async (_, words, said) => {
  const { code, stdout, stderr } = await runInProcess(words, { clock: new SleeplessClock(NOW) })
  expect(code).toBe(2)
  const events = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(events).toEqual([
    { level: 50, time: '2026-11-21T13:00:00.000Z', exit_code: 2, msg: expect.stringContaining(said) as string },
  ])
  expect(stdout).toBe('')
})

test('a failure that passes is an event of a JSON log even where only errors are logged', async () => {
  const words = ['sync', '--log', 'json', '--settings', '/nowhere/settings.ini']
  const stopped = AbortSignal.abort()
  const { code, stderr } = await runInProcess(words, { clock: new SleeplessClock(NOW), signal: stopped })
  expect(code).toBe(75)
  expect(JSON.parse(stderr)).toMatchObject({ level: 40, exit_code: 75, msg: 'stopped; the next run goes on' })
})

test.each([
  ['--log', 'yaml'],
  ['--log', 'text', '--fast'],
])('otherwise wrong usage is told in text: %s', async (...words) => {
  const { code, stderr } = await runInProcess([...words, 'sync'], { clock: new SleeplessClock(NOW) })
  expect(code).toBe(2)
  expect(stderr).toMatch(/^collector: (option|unknown option) .*\n/)
})

test('for syslog wrong usage has its priority', async () => {
  const { stderr } = await runInProcess(['--log', 'syslog', 'colect'], { clock: new SleeplessClock(NOW) })
  expect(stderr).toMatch(/^<3>collector: unknown command 'colect'\n/)
})

test('what is thrown outside of any command is an event of a JSON log, too', async () => {
  const { code, stderr } = await runCollector(['--log', 'json', 'report'], { COLLECTOR_CLOCK: 'noon' })
  expect(code).toBe(2)
  expect(JSON.parse(stderr)).toMatchObject({
    level: 50,
    exit_code: 2,
    msg: expect.stringContaining('"noon"') as string,
  })
})
