import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { succeed } from './command.js'
import type { Machine } from './machine.js'

const PROJECT = join(import.meta.dirname, '../../..')

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
  const git = (...words: string[]) =>
    succeed('git', ['-C', folder, '-c', 'user.name=test', '-c', 'user.email=test@example.org', ...words])
  await git('init', '--quiet')
  await git('add', '--all', ':!.tar')
  await git('commit', '--quiet', '--message', 'as it stands')
  return folder
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
