import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemdNotify } from '../../src/collecting/systemd-notify.js'
import { recordingLog } from '../support/recording-log.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { until } from '../support/until.js'

/** A `systemd-notify` that writes down what it was told, and to whom. */
async function fakeSystemd() {
  const folder = await temporaryFolder()
  const told = join(folder.path, 'told')
  await writeFile(told, '')
  await writeFile(join(folder.path, 'systemd-notify'), `#!/bin/sh\necho "$NOTIFY_SOCKET $*" >> ${told}\n`)
  await chmod(join(folder.path, 'systemd-notify'), 0o755)
  const log = recordingLog()
  return {
    log,
    environment: { NOTIFY_SOCKET: '/run/notify', PATH: `${folder.path}:/bin:/usr/bin` },
    told: async () => (await readFile(told, 'utf8')).split('\n').slice(0, -1),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

test('there is nobody to speak to without a socket', () => {
  expect(systemdNotify({}, recordingLog())).toBeUndefined()
  expect(systemdNotify({ NOTIFY_SOCKET: '' }, recordingLog())).toBeUndefined()
})

test('systemd is told when the start is done and when the end has begun', async () => {
  await using systemd = await fakeSystemd()
  const notify = systemdNotify(systemd.environment, systemd.log)
  notify?.ready()
  await until(async () => {
    expect(await systemd.told()).toEqual(['/run/notify READY=1'])
  })
  notify?.stopping()
  await until(async () => {
    expect(await systemd.told()).toContain('/run/notify STOPPING=1')
  })
})

test('the watchdog is fed while there is progress, and no longer', async () => {
  await using systemd = await fakeSystemd()
  let asked = 0
  const notify = systemdNotify({ ...systemd.environment, WATCHDOG_USEC: '60000' }, systemd.log)
  using _watchdog = notify?.guard(() => ++asked <= 2)
  await until(async () => {
    expect(asked).toBeGreaterThan(5)
    expect(await systemd.told()).toEqual(['/run/notify WATCHDOG=1', '/run/notify WATCHDOG=1'])
  })
})

test('a status is told where it is a new one', async () => {
  await using systemd = await fakeSystemd()
  const notify = systemdNotify(systemd.environment, systemd.log)
  for (const line of ['connecting', 'connecting', 'connected']) notify?.status(line)
  await until(async () => {
    const told = await systemd.told()
    expect(told.sort()).toEqual(['/run/notify STATUS=connected', '/run/notify STATUS=connecting'])
  })
})

test('a unit without a watchdog needs no food', async () => {
  await using systemd = await fakeSystemd()
  const notify = systemdNotify(systemd.environment, systemd.log)
  using guard = notify?.guard(() => {
    throw new Error('asked')
  })
  expect(guard).toBeDefined()
})

test('a systemd-notify that is missing or fails is said, and stops nothing', async () => {
  const log = recordingLog()
  systemdNotify({ NOTIFY_SOCKET: '/run/notify', PATH: '/nowhere' }, log)?.ready()
  await until(() => {
    expect(log.text()).toContain('cannot speak to systemd')
  })
})
