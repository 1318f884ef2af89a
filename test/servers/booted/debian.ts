import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { toolMissing } from '../../support/require-tool.js'
import { succeed } from './command.js'

/** What the pages take for granted on a Debian machine, and what they have installed; but for Node and npm, see machine.ts. */
const PACKAGES = [
  ...['systemd', 'systemd-sysv', 'systemd-timesyncd', 'dbus', 'cron', 'rsyslog', 'procps', 'iproute2'],
  ...['git', 'ca-certificates', 'xz-utils', 'openssh-server'],
]

const TOOLS = ['debootstrap', 'systemd-nspawn', 'ip', 'nsenter', 'setpriv', 'mount', 'git']

/** Why no container can be booted here, `undefined` where it can be tried. */
export function noContainers(): string | undefined {
  const missing = TOOLS.map(toolMissing).find((reason) => reason !== undefined)
  const reason = missing ?? (process.getuid?.() === 0 ? undefined : 'only root can boot containers') ?? noCgroups()
  if (reason !== undefined && process.env['REQUIRE_ALL'] === '1')
    throw new Error(`${reason}, and REQUIRE_ALL=1 wants every test to run`)
  return reason
}

/** The hierarchies in which a container gets a cgroup of its own: one where there is v2 alone, two where v1 is there too. */
export const cgroupRoots = (): string[] =>
  existsSync('/sys/fs/cgroup/cgroup.controllers')
    ? ['/sys/fs/cgroup']
    : ['/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified'].filter((path) => existsSync(path))

const noCgroups = () => (cgroupRoots().length > 0 ? undefined : 'there are no cgroups at /sys/fs/cgroup')

/**
 * The folder of a fresh Debian with `PACKAGES`, made once and kept in `$COLLECTOR_SERVERS` for as long as their list stays
 * the same. It is to be changed by nobody: containers lie over it.
 */
export async function debianTree(): Promise<string> {
  const cache = join(process.env['COLLECTOR_SERVERS'] ?? join(homedir(), '.cache/collector-servers'), 'debian')
  const tree = join(cache, createHash('sha256').update(PACKAGES.join(' ')).digest('hex').slice(0, 12))
  if (existsSync(tree)) return tree
  const making = `${tree}.part`
  await rm(making, { recursive: true, force: true })
  await mkdir(making, { recursive: true })
  const { release, mirror } = thisDebian()
  await succeed('debootstrap', ['--variant=minbase', `--include=${PACKAGES.join(',')}`, release, making, mirror])
  await rename(making, tree)
  return tree
}

/** Release and mirror of the machine that runs the test. */
function thisDebian(): { release: string; mirror: string } {
  const folder = '/etc/apt/sources.list.d'
  const text = readdirSync(folder)
    .filter((name) => name.endsWith('.sources'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')
  const [, mirror] = /^URIs: *(\S+)/m.exec(text) ?? []
  const [, release] = /^Suites: *(\w+)/m.exec(text) ?? []
  if (mirror === undefined || release === undefined) throw new Error(`no mirror of Debian is named in ${folder}`)
  return { release, mirror }
}
