import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCollector } from '../support/program.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const main = join(import.meta.dirname, '../../dist/main.js')

/** Run the program with stderr going to `file`, and $JOURNAL_STREAM naming it, or another file. */
async function withStderrIn(file: string, words: string[], journal: (stats: { dev: number; ino: number }) => string) {
  const fd = openSync(file, 'w')
  const env = { PATH: process.env['PATH'], JOURNAL_STREAM: journal(fstatSync(fd)) }
  const child = spawn(process.execPath, [main, ...words], { stdio: ['ignore', 'ignore', fd], env })
  closeSync(fd)
  await once(child, 'close')
  return readFileSync(file, 'utf8')
}

test('each line of a failure has a priority where stderr is the journal, and none where it is not', async () => {
  await using folder = await temporaryFolder()
  const settings = join(folder.path, 'settings.ini')
  await writeFile(settings, '[server]\nnumber = 3\n')
  const file = join(folder.path, 'stderr')
  const words = ['collect', '--settings', settings]
  const told = await withStderrIn(file, words, ({ dev, ino }) => `${dev}:${ino}`)
  const lines = told.trimEnd().split('\n')
  expect(lines.length).toBeGreaterThan(2)
  expect(lines.filter((line) => !line.startsWith('<3>'))).toEqual([])
  expect(await withStderrIn(file, words, ({ dev, ino }) => `${dev}:${ino + 1}`)).not.toContain('<3>')
})

test('wrong usage has its priority too', async () => {
  await using folder = await temporaryFolder()
  const told = await withStderrIn(join(folder.path, 'stderr'), ['colect'], ({ dev, ino }) => `${dev}:${ino}`)
  expect(told).toMatch(/^<3>collector: unknown command 'colect'/)
})

test('a reader that has seen enough does not change how a command ends', async () => {
  const child = spawn(process.execPath, [main, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  child.stderr.destroy()
  expect(await once(child, 'close')).toEqual([0, null])
})

test('a result that the disk has no room for is a failure', async () => {
  const full = openSync('/dev/full', 'w')
  const child = spawn(process.execPath, [main, 'process-hour', '--help'], { stdio: ['ignore', full, 'pipe'] })
  closeSync(full)
  let stderr = ''
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  expect(await once(child, 'close')).toEqual([1, null])
  expect(stderr).toContain('the result could not be printed (ENOSPC)')
})

test('the name of a setting that nobody knows is shown without what would steer a terminal', async () => {
  await using folder = await temporaryFolder()
  const settings = join(folder.path, 'settings.ini')
  await writeFile(settings, '[server]\nnumber = 1\n\u001b[31mkey\u202e = \u009b\n')
  const { code, stderr } = await runCollector(['collect', '--settings', settings])
  expect(code).toBe(2)
  expect(stderr.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
})
