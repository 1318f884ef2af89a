import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { userInfo } from 'node:os'
import { describe, expect, test } from 'vitest'
import { ExitCode } from '../../src/operator-error.js'
import { BRIEF_MS } from '../support/patience.js'
import { noOpenSsh, startOpenSsh } from './open-ssh.js'
import { clientKey, ServerPair } from './server-pair.js'

/** A pair whose sync is pointed at a real OpenSSH. */
async function pairWithOpenSsh() {
  const pair = await ServerPair.create()
  const ssh = await startOpenSsh(pair.root, clientKey.public)
  const { port, fingerprint: hostKey } = ssh
  pair.target = { ...pair.target, port, hostKey, user: userInfo().username, remoteFolder: pair.incoming }
  return { pair, ssh }
}

describe.skipIf(noOpenSsh !== undefined)(`with a real OpenSSH${noOpenSsh ? ` (${noOpenSsh})` : ''}`, () => {
  test('sealed minutes arrive whole, and receipts let them go', async () => {
    const { pair, ssh } = await pairWithOpenSsh()
    await using _pair = pair
    await using _ssh = ssh
    const content = '0123456789abcde\n'.repeat(300_000)
    const name = await pair.seal('13:07', content)
    const others = [await pair.seal('13:08', 'b\n'), await pair.seal('13:09', 'c\n')]
    expect(await pair.sync()).toMatchObject({ sent: { files: 3 }, failed: [] })
    expect(await pair.names('incoming')).toEqual(['batch.json', name, ...others])
    expect(await pair.content('incoming', name)).toBe(content)
    await pair.archive()
    expect(await pair.sync()).toMatchObject({ removed: 3, waiting: 0 })
  })

  test('what lies there already is replaced', async () => {
    const { pair, ssh } = await pairWithOpenSsh()
    await using _pair = pair
    await using _ssh = ssh
    const name = await pair.seal('13:07', 'a\n')
    await pair.sync()
    await writeFile(join(pair.incoming, '2026-11-21', '13', name), 'torn')
    await pair.sync()
    expect(await pair.content('incoming', name)).toBe('a\n')
  })

  test('a server process that stops is left after a while, and its file goes with the next run', async () => {
    const { pair, ssh } = await pairWithOpenSsh()
    await using _pair = pair
    await using _ssh = ssh
    const name = await pair.seal('13:07', 'a\n'.repeat(5_000_000))
    const clock = {
      now: () => pair.clock.now(),
      sleep: pair.clock.sleep.bind(pair.clock),
      socketMs: () => 3 * BRIEF_MS,
    }
    const run = pair.sync({ clock }).catch((error: unknown) => error)
    await expect.poll(() => pair.names('incoming'), { interval: 1 }).toContain(`${name}.part`)
    ssh.signalSessions('SIGSTOP')
    expect(await run).toMatchObject({ exitCode: ExitCode.temporary })
    ssh.signalSessions('SIGKILL')
    expect(await pair.sync()).toMatchObject({ sent: { files: 1 } })
    expect(await pair.names('incoming')).toEqual(['batch.json', name])
  })

  test('a host key other than the expected one and a user whom it does not know are told', async () => {
    const { pair, ssh } = await pairWithOpenSsh()
    await using _pair = pair
    await using _ssh = ssh
    const { target } = pair
    pair.target = { ...target, hostKey: 'SHA256:AAAA' }
    await expect(pair.sync()).rejects.toThrow(`shows the ssh-ed25519 host key ${ssh.fingerprint}`)
    pair.target = { ...target, user: 'nobody-here' }
    await expect(pair.sync()).rejects.toThrow(/refuses user nobody-here/)
    pair.target = { ...target, remoteFolder: '/nowhere/incoming' }
    await expect(pair.sync()).rejects.toThrow(/has no folder \/nowhere\/incoming/)
  })
})
