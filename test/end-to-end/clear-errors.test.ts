import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { realClock } from '../../src/clock.js'
import { FaultPlan } from '../../src/simulator/fault-plan.js'
import type { ServiceName } from '../../src/simulator/service-names.js'
import { iniText, startSimulator, type SettingLines } from '../../src/simulator/simulator.js'
import { Spool } from '../../src/spool/spool.js'
import { HOUR_MS, hourOf } from '../../src/utc.js'
import { recordingLog } from '../support/recording-log.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { payload } from '../support/tweets.js'
import { runCollector } from '../support/program.js'

const clock = realClock()

/** A folder with a server's settings file; `change` overrides its lines, section by section. */
async function server(number: 1 | 2, change: SettingLines = {}) {
  const temporary = await temporaryFolder()
  const root = temporary.path
  const spool = join(root, 'spool')
  await writeFile(join(root, 'token'), 'simulated-x-token-1\n', { mode: 0o600 })
  const own: SettingLines = {
    server: { number: String(number), redundant: number === 1 ? 'false' : 'true', state_folder: join(root, 'state') },
    x: { base_url: 'http://127.0.0.1:9', bearer_token_file: join(root, 'token') },
    spool: { folder: spool },
    ...(number === 1 && { vault: { folder: join(root, 'vault') } }),
  }
  const sections = new Set([...Object.keys(own), ...Object.keys(change)])
  const lines = Object.fromEntries([...sections].map((name) => [name, { ...own[name], ...change[name] }]))
  const settings = join(root, 'settings.ini')
  await writeFile(settings, iniText(lines))
  return {
    ...{ root, spool, settings },
    run: (...words: string[]) => runCollector([...words, '--settings', settings]),
    /** A collector filed a tweet two hours ago, and sealed it. */
    async collected() {
      await using filed = await Spool.open({ folder: spool, lateMs: 1, version: '0', clock, log: recordingLog() })
      const made = hourOf(clock.now()) - 2 * HOUR_MS
      await filed.file([payload(made)], made + 1000, 'http://127.0.0.1/')
    },
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  }
}

async function services(folder: string, names: ServiceName[]) {
  const faults = new FaultPlan([], clock)
  const own = { folder, services: names, ports: {}, seed: 1, rate: 1, replay: undefined, faults, sftpRoot: undefined }
  return startSimulator({ ...own, clock, log: recordingLog() })
}

/** A port of this machine on which nobody listens. */
async function deafPort(): Promise<number> {
  const listener = createServer()
  await once(listener.listen(0, '127.0.0.1'), 'listening')
  const { port } = listener.address() as AddressInfo
  await new Promise((resolve) => listener.close(resolve))
  return port
}

test('five different faults in a settings file are five clear lines and exit code 2', async () => {
  await using one = await server(1, {
    server: { number: '3', timezone: 'Mars/Olympus' },
    x: { fields: 'some', bearer_token_fiel: 'x' },
    vault: { xz_preset: '11' },
  })
  const { code, stderr } = await one.run('collect')
  expect(code).toBe(2)
  for (const words of ['[server] number', '[server] timezone', '[x] fields', 'bearer_token_fiel', '[vault] xz_preset'])
    expect(stderr.split('\n').filter((line) => line.includes(words))).toHaveLength(1)
})

test('a missing token file is one line that names it, and nothing is begun', async () => {
  await using one = await server(1, { x: { bearer_token_file: '/nowhere/token' } })
  const { code, stderr } = await one.run('collect')
  expect(code).toBe(2)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(stderr).toContain('/nowhere/token')
  await expect(readdir(one.spool)).rejects.toThrow('ENOENT')
})

test('a spool that cannot be made is one line that says what to check', async () => {
  await using one = await server(1)
  await writeFile(one.spool, 'a file where a folder should be')
  const { code, stderr } = await one.run('collect')
  expect(code).toBe(1)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(stderr).toContain('check [spool] folder')
})

test('a vault that cannot be made is one line, and the spool keeps its files', async () => {
  await using one = await server(1)
  await one.collected()
  await writeFile(join(one.root, 'vault'), 'a file where a folder should be')
  const { code, stderr } = await one.run('process-hour')
  expect(code).toBe(1)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(stderr).toContain('[vault] folder')
  const [day = ''] = (await readdir(one.spool)).filter((name) => name.startsWith('20'))
  expect(await readdir(join(one.spool, day))).toHaveLength(1)
})

test.each([
  ['a refused login', { user: 'somebody' }, /login|refused|key/],
  ['a wrong host key', { host_key: `SHA256:${'A'.repeat(43)}` }, /host key/],
])('%s over SFTP is one line that says what to do, and nothing is removed', async (_name, change, words) => {
  await using folder = await temporaryFolder()
  await using simulated = await services(folder.path, ['sftp'])
  await using two = await server(2, { sync: { ...simulated.settings[2]['sync'], ...change } })
  await two.collected()
  const { code, stderr } = await two.run('sync')
  expect(code).toBe(1)
  const lines = stderr.trim().split('\n')
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(words)
  const [day = ''] = (await readdir(two.spool)).filter((name) => name.startsWith('20'))
  expect(await readdir(join(two.spool, day))).toHaveLength(1)
})

test('a server 1 that cannot be reached leaves sync with exit code 75', async () => {
  await using folder = await temporaryFolder()
  await using simulated = await services(folder.path, ['sftp'])
  await using two = await server(2, { sync: { ...simulated.settings[2]['sync'], port: String(await deafPort()) } })
  await two.collected()
  expect((await two.run('sync')).code).toBe(75)
})

test('an OSF that cannot be reached leaves the hour archived and the upload pending, with exit code 3', async () => {
  await using one = await server(1, {
    osf: {
      enabled: 'true',
      project: 'abcde',
      base_url: `http://127.0.0.1:${await deafPort()}`,
      token_file: '',
      basis: 'a test',
    },
  })
  await one.collected()
  await writeFile(join(one.root, 'osf-token'), 'secret-osf-token\n', { mode: 0o600 })
  const text = await readFile(one.settings, 'utf8')
  await writeFile(one.settings, text.replace('token_file = \n', `token_file = ${join(one.root, 'osf-token')}\n`))
  const { code, stdout, stderr } = await runCollector(['process-hour', '--settings', one.settings], fastWaits())
  expect(code).toBe(3)
  expect(stdout).toMatch(/archived: 1 tweets/)
  expect(stdout).toMatch(/OSF: 0 uploaded, \d+ pending/)
  expect(stderr).toMatch(/osf.*127\.0\.0\.1/i)
  expect(stderr).not.toContain('secret-osf-token')
})

/** A clock on which the waits between tries pass quickly. */
const fastWaits = (): NodeJS.ProcessEnv => {
  const now = clock.now()
  return { COLLECTOR_CLOCK: `${now}/${now}/100` }
}

test('an unknown command and a flag without its value are exit code 2', async () => {
  expect((await runCollector(['colect'])).code).toBe(2)
  expect((await runCollector(['demo', '--hours', 'many'])).code).toBe(2)
  expect((await runCollector(['demo', '--hours'])).code).toBe(2)
})

test.each(['--faults', '--replay'])(
  'a file of simulate %s that is not there is named, with exit code 2',
  async (option) => {
    await using folder = await temporaryFolder()
    const words = ['simulate', 'x', '--folder', folder.path, option, join(folder.path, 'nope.json')]
    const { code, stderr } = await runCollector(words)
    expect(code).toBe(2)
    expect(stderr).toMatch(new RegExp(`^collector: ${option}: .*nope\\.json can't be read \\(ENOENT`))
  },
)

test('each command prints its exit codes with its help', async () => {
  for (const verb of ['collect', 'sync', 'process-hour', 'report', 'simulate', 'demo']) {
    const { code, stdout } = await runCollector([verb, '--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('Exit codes:')
  }
})

test('without a settings file there is one line that says how to get one', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, 'empty'))
  const { code, stderr } = await runCollector(['collect'], {}, join(folder.path, 'empty'))
  expect(code).toBe(2)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(stderr).toContain('settings.example.ini')
})
