import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isLockName } from '../../src/durable/lock-file.js'
import { holderOf, isLocked, takeLock } from '../../src/durable/lock.js'
import { toolMissing } from '../support/require-tool.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { withDiskFaults } from '../support/disk-faults.js'
import { noLocksLibrary } from '../support/preload.js'

const clock = { now: () => Date.UTC(2026, 10, 21, 13, 7, 12) }
const AS_ROOT = process.getuid?.() === 0
const built = new URL('../../dist/durable/lock.js', import.meta.url).href
/** A process that takes a lock, says so, and has it until it is killed. */
const HOLDER = `
  const [built, folder] = process.argv.slice(1)
  const { takeLock } = await import(built)
  const lock = await takeLock(folder, 'collect', Date)
  process.stdout.write(lock ? 'has it' : 'refused')
  if (lock) setInterval(() => lock.folder, 60_000)`

/** Another process, started by way of `wrapper`, that tries to take a lock. */
async function otherProcess(folder: string, wrapper: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const [command, ...words] = [...wrapper, process.execPath, '--input-type=module', '-e', HOLDER, built, folder]
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'], ...env } })
  let said = ''
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  await Promise.race([once(child.stdout, 'data'), once(child, 'close')])
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const closed = once(child, 'close')
    child.kill('SIGKILL')
    await closed
  }
  return { pid: child.pid, said: said.trim(), errors: () => errors, kill, [Symbol.asyncDispose]: kill }
}
test('a lock shuts out whoever asks for it, in this process too, and names its holder and since when', async () => {
  await using folder = await temporaryFolder()
  {
    await using lock = await takeLock(folder.path, 'collect', clock)
    expect(lock).toBeDefined()
    expect(await takeLock(folder.path, 'collect', clock)).toBeUndefined()
    expect(holderOf(folder.path, 'collect')).toBe(`process ${process.pid} since 2026-11-21T13:07:12.000Z`)
    await using other = await takeLock(folder.path, 'sync', clock)
    expect(other).toBeDefined()
    expect(await isLocked(folder.path, 'collect')).toBe(true)
  }
  expect(await isLocked(folder.path, 'collect')).toBe(false)
})

test("a killed process's lock is free at once, and until then no other process gets it", async () => {
  await using folder = await temporaryFolder()
  await using first = await otherProcess(folder.path)
  expect(first.said, first.errors()).toBe('has it')
  await using second = await otherProcess(folder.path)
  expect(second.said, second.errors()).toBe('refused')
  expect(holderOf(folder.path, 'collect')).toContain(`process ${first.pid} since `)
  expect(await takeLock(folder.path, 'collect', clock)).toBeUndefined()
  await first.kill()
  await using lock = await takeLock(folder.path, 'collect', clock)
  expect(lock).toBeDefined()
})

const namespaces = toolMissing('unshare') ?? canUnshare()

function canUnshare(): string | undefined {
  try {
    execFileSync('unshare', ['-n', '-m', 'true'], { stdio: 'ignore' })
    return undefined
  } catch {
    return 'this machine makes no namespaces'
  }
}

test.skipIf(namespaces)('a lock holds between two network namespaces that share a folder', async () => {
  await using folder = await temporaryFolder()
  await using first = await otherProcess(folder.path, ['unshare', '-n'])
  expect(first.said, first.errors()).toBe('has it')
  expect(await takeLock(folder.path, 'collect', clock)).toBeUndefined()
  await first.kill()
})

test.skipIf(namespaces)('a lock holds by two paths to one folder', async () => {
  await using folder = await temporaryFolder()
  const [real, bound] = [join(folder.path, 'real'), join(folder.path, 'bound')]
  await mkdir(real)
  await mkdir(bound)
  await using lock = await takeLock(real, 'collect', clock)
  expect(lock).toBeDefined()
  const script = 'mount --bind "$1" "$2" && shift 2 && exec "$@"'
  await using other = await otherProcess(bound, ['unshare', '-m', 'sh', '-c', script, '_', real, bound])
  expect(other.said, other.errors()).toBe('refused')
})

test.skipIf(!AS_ROOT)(
  'a lock file that root has made belongs to the owner of its folder, who alone may use it',
  async () => {
    await using folder = await temporaryFolder()
    await chown(folder.path, 65534, 65534)
    await (await takeLock(folder.path, 'collect', clock))?.[Symbol.asyncDispose]()
    const { uid, mode } = await stat(join(folder.path, '.collect.lock'))
    expect([uid, mode & 0o777]).toEqual([65534, 0o600])
  },
)

test.each([
  [
    'a link',
    (path: string) => symlink('/etc/hostname', path),
    'is a symbolic link, where a lock file belongs: remove it',
  ],
  ['a folder', (path: string) => mkdir(path), 'is a folder, where a lock file belongs: remove it'],
  [
    'a pipe',
    (path: string) => execFileSync('mkfifo', [path]),
    'is a special file, where a lock file belongs: remove it',
  ],
  ['other text', (path: string) => writeFile(path, 'no lock '.repeat(100)), 'is no lock file of this program'],
])('%s in the place of a lock file is named and left alone', async (_what, put, words) => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, '.collect.lock')
  await put(path)
  await expect(takeLock(folder.path, 'collect', clock)).rejects.toThrow(`${path} ${words}`)
})

const cc = toolMissing('cc')
test.skipIf(cc)('where a file system has no locks that is said, and nobody is accused of holding one', async () => {
  await using folder = await temporaryFolder()
  await using library = await noLocksLibrary()
  await using other = await otherProcess(folder.path, [], { LD_PRELOAD: library.path })
  expect(other.errors()).toContain(`the file system of ${folder.path} has no file locks (ENOLCK)`)
  expect(await readdir(folder.path)).toEqual(['.collect.lock'])
})

test.skipIf(namespaces)('on a disk mounted read-only the lock is granted, for there is nothing to guard', async () => {
  await using folder = await temporaryFolder()
  const script = 'mount -t tmpfs -o ro none "$1" && shift && exec "$@"'
  await using other = await otherProcess(folder.path, ['unshare', '-m', 'sh', '-c', script, '_', folder.path])
  expect(other.said, other.errors()).toBe('has it')
})

test('a fault of the disk at a lock is thrown as it is', async () => {
  await using folder = await temporaryFolder()
  await using faults = await withDiskFaults('EACCES:lock:1:1')
  await expect(takeLock(folder.path, 'collect', clock)).rejects.toMatchObject({ code: 'EACCES' })
  expect(await faults.fired()).toEqual(['EACCES'])
})

test('a lock is held where its holder could not be noted', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, '.collect.holder.part'))
  await using lock = await takeLock(folder.path, 'collect', clock)
  expect(lock).toBeDefined()
  expect(await takeLock(folder.path, 'collect', clock)).toBeUndefined()
  expect(holderOf(folder.path, 'collect')).toBe('a process that has left no name')
})

test("what lies in a folder for its lock is told from strangers' files", async () => {
  await using folder = await temporaryFolder()
  await using _lock = await takeLock(folder.path, 'process-hour', clock)
  for (const name of await readdir(folder.path)) expect(isLockName(name), name).toBe(true)
  expect(isLockName('sampled_stream_2026-11-21_13-07.jsonl')).toBe(false)
})
