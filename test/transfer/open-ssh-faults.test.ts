import { randomBytes } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ExitCode, OperatorError } from '../../src/operator-error.js'
import { HOUR_MS } from '../../src/utc.js'
import { cuttingProxy } from '../support/cutting-proxy.js'
import { smallDisk, smallDiskMissing } from '../support/small-disk.js'
import { noOpenSsh, startOpenSsh } from './open-ssh.js'
import { clientKey, HOUR, ServerPair } from './server-pair.js'

const KIB = 1024
const noDisk = smallDiskMissing()

/** A pair whose sync is pointed at a real OpenSSH. */
async function pairWithOpenSsh() {
  const stack = new AsyncDisposableStack()
  const pair = stack.use(await ServerPair.create())
  const ssh = stack.use(await startOpenSsh(pair.root, clientKey.public))
  const { port, fingerprint: hostKey } = ssh
  pair.target = { ...pair.target, port, hostKey, user: userInfo().username, remoteFolder: pair.incoming }
  return { pair, ssh, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

const text = (bytes: number): string => `${randomBytes(bytes / 2).toString('hex')}\n`

describe.skipIf(noOpenSsh !== undefined)(`a real OpenSSH${noOpenSsh ? ` (${noOpenSsh})` : ''}`, () => {
  test('a connection cut at every 64 KiB of a file costs nothing', async () => {
    await using world = await pairWithOpenSsh()
    const { pair } = world
    await using proxy = await cuttingProxy(pair.target.port)
    pair.target = { ...pair.target, port: proxy.port }
    const content = text(640 * KIB)
    const name = await pair.seal('13:07', content)
    for (let cutAt = 8 * KIB; cutAt < 640 * KIB; cutAt += 64 * KIB) {
      proxy.cutAfter(cutAt)
      const error = await pair.sync().catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(OperatorError)
      expect((error as OperatorError).exitCode).toBe(ExitCode.temporary)
      expect(await pair.names('incoming')).not.toContain(name)
    }
    expect(proxy.cuts).toBe(10)
    expect(await pair.sync()).toMatchObject({ sent: { files: 1 }, failed: [] })
    expect(await pair.names('incoming')).toEqual(['batch.json', name])
    expect(await pair.content('incoming', name)).toBe(content)
  })

  test('that is killed in the middle of a file costs nothing', async () => {
    await using world = await pairWithOpenSsh()
    const { pair, ssh } = world
    const name = await pair.seal('13:07', 'a\n'.repeat(5_000_000))
    const run = pair.sync().catch((error: unknown) => error)
    await expect.poll(() => pair.names('incoming'), { interval: 1 }).toContain(`${name}.part`)
    ssh.signalSessions('SIGKILL')
    expect(await run).toMatchObject({ exitCode: ExitCode.temporary })
    expect(await pair.names('incoming')).toEqual([`${name}.part`])
    expect(await pair.sync()).toMatchObject({ sent: { files: 1 } })
    expect(await pair.names('incoming')).toEqual(['batch.json', name])
  })

  test('that refuses a renaming holds up that hour, and the others go on', async () => {
    await using world = await pairWithOpenSsh()
    const { pair } = world
    const name = await pair.seal('13:07', 'a\n')
    await pair.seal('14:01', 'b\n')
    const inTheWay = join(pair.incoming, '2026-11-21', '13', name)
    await mkdir(join(inTheWay, 'full'), { recursive: true })
    expect(await pair.sync()).toMatchObject({ sent: { files: 1 }, failed: ['2026-11-21_13'] })
    expect(pair.log.text()).toMatch(/could not rename .*13-07\.jsonl .*look at what lies there; it is tried again/)
    expect(await pair.names('incoming', HOUR + HOUR_MS)).toContain('batch.json')
    await rm(inTheWay, { recursive: true })
    expect(await pair.sync()).toMatchObject({ sent: { files: 1 }, failed: [] })
  })

  test.skipIf(noDisk !== undefined)(
    `with a full disk is told as such and loses nothing${noDisk ? ` (${noDisk})` : ''}`,
    async () => {
      await using world = await pairWithOpenSsh()
      const { pair } = world
      await using disk = await smallDisk(1)
      Object.assign(pair, { incoming: disk.path })
      pair.target = { ...pair.target, remoteFolder: disk.path }
      const first = await pair.seal('13:07', 'a\n')
      const content = text(700 * KIB)
      const second = await pair.seal('14:01', content)
      const filler = join(pair.incoming, 'filler')
      let filled: Promise<void> | undefined
      const progress = (done: number) => {
        if (done === 1) filled = writeFile(filler, Buffer.alloc(500 * KIB))
      }
      const { failed, reasons } = await pair.sync({ progress })
      await filled
      expect(failed).toEqual(['2026-11-21_14'])
      expect(reasons[0]).toMatch(/can't take .*14-01.jsonl.part: its disk is full.*make room there; nothing is lost/)
      expect(await pair.names('incoming')).toEqual(['batch.json', first])
      await rm(filler)
      expect(await pair.sync()).toMatchObject({ sent: { files: 1 }, failed: [] })
      expect(await pair.content('incoming', second, HOUR + HOUR_MS)).toBe(content)
    },
  )

  test.skipIf(noDisk !== undefined)('without room for an hour is sent nothing of it', async () => {
    await using world = await pairWithOpenSsh()
    const { pair } = world
    await using disk = await smallDisk(1)
    pair.target = { ...pair.target, remoteFolder: disk.path }
    await pair.seal('13:07', text(2000 * KIB))
    const { failed, reasons } = await pair.sync()
    expect(failed).toEqual(['2026-11-21_13'])
    expect(reasons[0]).toMatch(/bytes free for .*; these hours want 2048001: .*make room there; nothing is lost/)
    expect(await pair.names('incoming')).toEqual([])
  })
})
