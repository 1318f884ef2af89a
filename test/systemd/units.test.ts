import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { toolMissing } from '../support/require-tool.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const folder = join(import.meta.dirname, '../../systemd')
const run = promisify(execFile)
const units = readdirSync(folder).filter((name) => /\.(service|timer)$/.test(name))
/** Settings of all services, by the prefix of their names. */
const COMMON = 'collector-.service.d/10-common.conf'
const services = units.filter((name) => name.endsWith('.service'))
const timers = units.filter((name) => name.endsWith('.timer'))
/** Mails that another has failed. */
const FAILED = 'collector-failed@.service'
const VERIFY = 'collector-verify.service'
const unitText = (name: string) => readFileSync(join(folder, name), 'utf8')

/** A setting's values, in order. */
const values = (name: string, key: string) =>
  [...unitText(name).matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value]) => value)

const verbOf = (name: string) => /^collector-(.*)\.service$/.exec(name)?.[1] ?? ''

const unable = toolMissing('systemd-analyze')

test.skipIf(unable)('systemd understands every word of the units', async () => {
  await using copy = await temporaryFolder()
  await cp(folder, copy.path, { recursive: true })
  for (const name of units) {
    const runnable = unitText(name).replace(/^(Exec\w+=-?)\S+/gm, '$1/bin/true')
    await writeFile(join(copy.path, name), runnable)
  }
  const { stderr } = await run('systemd-analyze', ['verify', '--man=no', ...units.map((name) => join(copy.path, name))])
  expect(stderr).toBe('')
})

test.skipIf(unable).each(services)('%s is exposed at 1.5 or better', async (name) => {
  const { stdout } = await run('systemd-analyze', ['security', '--offline=true', '--threshold=15', join(folder, name)])
  expect(stdout).toContain('Overall exposure level')
})

test.skipIf(unable).each(timers)('%s has a time that systemd knows, in UTC', async (name) => {
  const [calendar = ''] = values(name, 'OnCalendar')
  expect(calendar).toMatch(/ UTC$/)
  await run('systemd-analyze', ['calendar', calendar])
})

test('each timer has its service, and every service but the one that stays has its timer', () => {
  const names = (list: string[]) => list.map((name) => name.replace(/\.\w+$/, '')).sort()
  const others = ['collector-collect', 'collector-failed@']
  expect(names(timers)).toEqual(names(services).filter((name) => !others.includes(name)))
})

test.each(services)('%s runs its verb with the settings of /etc', (name) => {
  const flags: Record<string, string> = {
    [FAILED]: 'alert --unit %i.service',
    [VERIFY]: 'verify --mend --remote --recent 8 --sample 5',
    'collector-sync.service': 'sync --retry 20m',
    'collector-process-hour.service': 'process-hour --retry 20m',
    'collector-report.service': 'report --retry 4h',
  }
  const verb = flags[name] ?? verbOf(name)
  expect(values(name, 'ExecStart')).toEqual([
    `/opt/collector/bin/collector ${verb} --settings /etc/collector/settings.ini`,
  ])
})

test.each(services)('%s never runs as root, also where the settings of all services are forgotten', (name) => {
  expect([values(name, 'User'), values(COMMON, 'User')]).toEqual([['collector'], ['collector']])
})

test.each([...services, COMMON])('%s can do without each secret that it is handed', (name) => {
  const handed = values(name, 'LoadCredential').map((value) => value?.split(':')[0])
  const defaults = values(name, 'SetCredential')
  expect(defaults).toEqual(handed.map((id) => `${id ?? ''}:\\n`))
})

test.each(services.filter((name) => name !== FAILED))(
  'where %s fails, another unit mails it, once, by its name without a suffix',
  (name) => {
    expect(values(name, 'OnFailure')).toEqual([`${FAILED.replace('.service', '')}%N.service`])
  },
)

test('collect is watched, starts for ever, and reports through a child process', () => {
  const name = 'collector-collect.service'
  expect(values(name, 'Type')).toEqual(['notify'])
  expect(values(name, 'NotifyAccess')).toEqual(['all'])
  expect(values(name, 'WatchdogSec')).toEqual(['120'])
  expect(values(name, 'Restart')).toEqual(['always'])
  expect(values(name, 'ExecStopPost')).toEqual([
    '-/opt/collector/bin/collector alert --unit %n --result ${SERVICE_RESULT} --settings /etc/collector/settings.ini',
  ])
  expect(values(name, 'StartLimitIntervalSec')).toEqual(['0'])
  expect(values(name, 'RestartPreventExitStatus')).toEqual(['2'])
})

test.each(timers)(
  'a run of %s that is done in part, finds another one at it, or is stopped at its start, is no failure',
  (name) => {
    expect(values(name.replace('.timer', '.service'), 'SuccessExitStatus')).toEqual(['3 75 SIGTERM'])
    expect(values(name, 'Persistent')).toEqual(['true'])
  },
)

test('crontab.example has lines that cron can read, and the same verbs as the units', () => {
  const crontab = readFileSync(new URL('../../crontab.example', import.meta.url), 'utf8')
  const jobs = crontab.split('\n').filter((line) => line !== '' && !line.startsWith('#') && !/^\w+=/.test(line))
  const parsed = jobs.map(
    (line) => /^(?:@reboot|(?:[\d*/]+ ){4}[\d*/]+) +\/opt\/collector\/bin\/collector (\S+) [^%]*$/.exec(line)?.[1],
  )
  expect(new Set(parsed)).toEqual(new Set(services.filter((name) => name !== FAILED).map(verbOf)))
})
