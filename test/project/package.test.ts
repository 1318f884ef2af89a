import { execFile } from 'node:child_process'
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.js'

const root = join(import.meta.dirname, '../..')
/** Npm, which otherwise asks its registry whether there is a newer one, for a minute where there is no network. */
const npm = (cwd: string, ...words: string[]) =>
  promisify(execFile)('npm', [...words, '--offline', '--no-update-notifier'], { cwd })
const json = async (name: string) => JSON.parse(await readFile(join(root, name), 'utf8')) as Record<string, unknown>

test('npm, which knows only the Node that it runs on, has no reason to warn of a package or to leave one out', async () => {
  const { packages } = (await json('package-lock.json')) as { packages: Record<string, { engines?: unknown }> }
  const picky = Object.keys(packages).filter((path) => path !== '' && packages[path]?.engines !== undefined)
  expect(picky, 'run `npm run lock`').toEqual([])
})

test("npm's scripts start Node by its path, for older npm put the system's first", async () => {
  const { scripts } = (await json('package.json')) as { scripts: Record<string, string> }
  const { preinstall, ...others } = scripts
  expect(preinstall).toBe('node bin/old-node.cjs')
  const commands = Object.values(others).flatMap((script) => script.split(' && '))
  for (const command of commands) expect(command).toMatch(/^(\.\/bin\/(node|collector) |npm (run|install) )/)
})

test('a package has all that it needs to run elsewhere, and nothing that only its makers need', async () => {
  const { stdout } = await npm(root, 'pack', '--dry-run', '--ignore-scripts', '--json')
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string; mode: number }[] }]
  const paths = files.map(({ path }) => path)
  const needed = ['bin/collector', 'bin/node', 'dist/main.js', 'systemd/collector-collect.service', 'crontab.example']
  expect(paths).toEqual(expect.arrayContaining([...needed, 'settings.example.ini', 'README.md', 'docs/setup.md']))
  expect(paths.filter((path) => /^(src|test|bench|build|node_modules|\.ci)\//.test(path))).toEqual([])
  expect(files.filter(({ path }) => path.startsWith('bin/')).map(({ mode }) => (mode & 0o111) !== 0)).not.toContain(
    false,
  )
})

test.each([
  ['16.20.2', '9.5.1', 1],
  ['18.20.4', '8.19.4', 1],
  ['18.20.4', '9.2.0', 0],
  ['22.0.0', '10.5.1', 0],
])(
  'an installation on Node %s by npm %s leaves with %i, and what is too old is told in one line',
  async (node, npm, code) => {
    const script = `Object.defineProperty(process.versions, 'node', { value: '${node}' })
    require(${JSON.stringify(join(root, 'bin/old-node.cjs'))})`
    const env = { npm_config_user_agent: `npm/${npm} node/v${node} linux x64 workspaces/false` }
    const ended = await promisify(execFile)(process.execPath, ['-e', script], { env }).then(
      () => ({ code: 0, stderr: '' }),
      (error: unknown) => error as { code: number; stderr: string },
    )
    expect(ended.code).toBe(code)
    const told = `collector: to install it needs Node 18 or newer with npm 9 or newer; this is Node v${node} with npm ${npm}\n`
    expect(ended.stderr).toBe(code === 0 ? '' : told)
  },
)

test('an npm or Node that is too old is refused before anything is installed', async () => {
  await using folder = await temporaryFolder()
  const own = { name: 'a', version: '1.0.0', engines: { node: '>=99' }, scripts: { preinstall: 'touch begun' } }
  const lock = { name: 'a', version: '1.0.0', lockfileVersion: 3, packages: { '': own } }
  await writeFile(join(folder.path, 'package.json'), JSON.stringify(own))
  await writeFile(join(folder.path, 'package-lock.json'), JSON.stringify(lock))
  await copyFile(join(root, '.npmrc'), join(folder.path, '.npmrc'))
  await expect(npm(folder.path, 'ci')).rejects.toMatchObject({
    stderr: expect.stringMatching(/EBADENGINE[^]*>=99/) as string,
  })
  expect((await readdir(folder.path)).sort()).toEqual(['.npmrc', 'package-lock.json', 'package.json'])
})
