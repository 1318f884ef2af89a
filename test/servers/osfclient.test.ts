import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startTestOsf, TOKEN } from '../simulator/osf/osf-simulator.js'
import { toolMissing } from '../support/require-tool.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const run = promisify(execFile)
const servers = process.env['COLLECTOR_SERVERS'] ?? join(homedir(), '.cache/collector-servers')
const osfclient = join(servers, 'venv/bin/osf')

/** A folder, a simulated OSF, and the real osfclient that takes it for api.osf.io. */
async function osfclientWorld() {
  const folder = await temporaryFolder()
  const osf = await startTestOsf(join(folder.path, 'simulator'))
  const env = {
    ...{ PATH: process.env['PATH'], PYTHONPATH: join(import.meta.dirname, 'python'), OSF_ADDRESS: osf.url },
    ...{ OSF_TOKEN: TOKEN, OSF_PROJECT: 'abcde', OSF_USERNAME: 'nobody@example.org' },
  }
  return {
    ...{ osf, folder: folder.path },
    write: (name: string, text: string) => writeFile(join(folder.path, name), text),
    read: (name: string) => readFile(join(folder.path, name), 'utf8'),
    client: async (...words: string[]) => (await run(osfclient, words, { cwd: folder.path, env })).stdout.trim(),
    paths: () => osf.files().map(({ path, version }) => `${path} ${version}`),
    [Symbol.asyncDispose]: async () => {
      await osf[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

test.skipIf(toolMissing(osfclient))(
  'the real osfclient lists, uploads, fetches and removes at the simulated OSF',
  async () => {
    await using at = await osfclientWorld()
    expect(await at.client('ls')).toBe('')
    await at.write('a.txt', 'one')
    await at.client('upload', 'a.txt', 'a.txt')
    await at.client('upload', 'a.txt', 'deep/er/ümlaut &x=1 %41.txt')
    expect((await at.client('ls')).split('\n').sort()).toEqual([
      'osfstorage/a.txt',
      'osfstorage/deep/er/ümlaut &x=1 %41.txt',
    ])
    await expect(at.client('upload', 'a.txt', 'a.txt')).rejects.toThrow()
    await at.write('a.txt', 'two')
    await at.client('upload', '--force', 'a.txt', 'a.txt')
    expect(at.paths()).toEqual(['/a.txt 2', '/deep/er/ümlaut &x=1 %41.txt 1'])
    await at.client('upload', '--update', 'a.txt', 'a.txt')
    expect(at.paths()[0]).toBe('/a.txt 2')
    await at.client('fetch', 'a.txt', 'b.txt')
    expect(await at.read('b.txt')).toBe('two')
    expect(await at.client('geturl', 'a.txt')).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\/abcde\/files\/osfstorage\/[\da-f]{24}$/,
    )
    await at.client('remove', 'a.txt')
    expect(at.paths()).toEqual(['/deep/er/ümlaut &x=1 %41.txt 1'])
  },
)

test.skipIf(toolMissing(osfclient))('the real osfclient uploads a folder, and clones it back', async () => {
  await using at = await osfclientWorld()
  await mkdir(join(at.folder, 'data/sub'), { recursive: true })
  await at.write('data/one.txt', 'one')
  await at.write('data/sub/two.txt', 'two')
  await at.client('upload', '--recursive', 'data/', '.')
  expect(
    at.osf
      .files()
      .map(({ path }) => path)
      .sort(),
  ).toEqual(['/one.txt', '/sub/two.txt'])
  await at.client('clone', 'copy')
  expect(await at.read('copy/osfstorage/sub/two.txt')).toBe('two')
})
