import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { succeed } from './command.js'
import type { Machine } from './machine.js'

const PROJECT = join(import.meta.dirname, '../../..')

const git = (folder: string, ...words: string[]) =>
  succeed('git', ['-C', folder, '-c', 'user.name=test', '-c', 'user.email=test@example.org', ...words])

/** A repository of the project as it stands here, committed or not, to be cloned by the machines. */
export async function repository(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const listed = await succeed('git', ['-C', PROJECT, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'])
  await succeed(
    'tar',
    ['-C', PROJECT, '--null', '--ignore-failed-read', '-T', '-', '-cf', join(folder, '.tar')],
    listed,
  )
  await succeed('tar', ['-C', folder, '-xf', join(folder, '.tar')])
  await rm(join(folder, '.tar'))
  await git(folder, 'init', '--quiet')
  await git(folder, 'add', '--all')
  await git(folder, 'commit', '--quiet', '--message', 'as it stands')
  return folder
}

/** Commit a next version to the repository: it has another number, and a unit that tells it. */
export async function commitNextVersion(folder: string): Promise<void> {
  const [packageFile, unit] = ['package.json', 'systemd/collector-collect.service'].map((name) => join(folder, name))
  await replace(packageFile ?? '', /"version": "[^"]+"/, `"version": "${NEXT.version}"`)
  await replace(unit ?? '', /^Description=.*$/m, `Description=${NEXT.description}`)
  await git(folder, 'commit', '--quiet', '--all', '--message', 'the next version')
}

/** How the next version is told from the one that stands here. */
export const NEXT = { version: '0.99.0-next', description: 'Collect the sampled stream, in the next version' } as const

async function replace(file: string, what: RegExp, by: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  if (!what.test(text)) throw new Error(`${file} has nothing like ${what.source}`)
  await writeFile(file, text.replace(what, by))
}

/** Where a machine sees what was installed and built here. */
export const INSTALLED = '/installed'

/** What a machine has to see of this one. */
export const shares = (source: string): Record<string, string> => ({
  [join(PROJECT, 'node_modules')]: `${INSTALLED}/node_modules`,
  [join(PROJECT, 'dist')]: `${INSTALLED}/dist`,
  [source]: '/repository',
})

/** Stand-ins for the two programs that need a registry: npm brings what is installed here, apt-get says whether it is there. */
const NPM = `#!/bin/sh
[ "$*" = ci ] || { echo "npm: only ci" >&2; exit 2; }
ln -s ${INSTALLED}/node_modules node_modules && cp -r ${INSTALLED}/dist dist
`
const APT = `#!/bin/sh
[ "$1" != update ] || exit 0
for package in "$@"; do
  case $package in install | -y | npm | nodejs) ;; *) dpkg -s "$package" >/dev/null || exit 1 ;; esac
done
`

export async function standIns(machine: Machine): Promise<void> {
  await machine.write('/usr/local/bin/npm', NPM, 0o755)
  await machine.write('/usr/local/bin/apt-get', APT, 0o755)
  await machine.write('/etc/gitconfig', '[safe]\n\tdirectory = *\n')
}
