import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { toolMissing } from '../../support/require-tool.js'

const TOOLS = ['systemd-nspawn', 'ip', 'nsenter', 'setpriv', 'mount', 'unshare', 'git']

/** Where machines and all that they write lie. */
export const MACHINES = '/var/tmp/collector-booted'

/** Why no container can be booted here, `undefined` where it can be tried. */
export function noContainers(): string | undefined {
  const reason = TOOLS.map(toolMissing).find((missing) => missing !== undefined) ?? notRoot() ?? noTree() ?? refused()
  if (reason !== undefined && process.env['REQUIRE_ALL'] === '1')
    throw new Error(`${reason}, and REQUIRE_ALL=1 wants every test to run`)
  return reason
}

/** The hierarchies in which a container gets a cgroup of its own: one where there is v2 alone, two where v1 is there too. */
export const cgroupRoots = (): string[] =>
  existsSync('/sys/fs/cgroup/cgroup.controllers')
    ? ['/sys/fs/cgroup']
    : ['/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified'].filter((path) => existsSync(path))

/**
 * The folder of a fresh Debian with the packages of debian-packages.txt, as install.sh has made it in `$COLLECTOR_SERVERS`. It is
 * to be changed by nobody: containers lie over it.
 */
export function debianTree(): string {
  const packages = readFileSync(join(import.meta.dirname, '../debian-packages.txt'))
  const cache = process.env['COLLECTOR_SERVERS'] ?? join(homedir(), '.cache/collector-servers')
  return join(cache, 'debian', createHash('sha256').update(packages).digest('hex').slice(0, 16))
}

const notRoot = () => (process.getuid?.() === 0 ? undefined : 'only root can boot containers')
const noTree = () => (existsSync(debianTree()) ? undefined : 'no fresh Debian is here: run test/servers/install.sh')

/** What root may not do here, as in a container without privileges: cgroups, namespaces, folders that lie over others. */
function refused(): string | undefined {
  if (cgroupRoots().length === 0) return 'there are no cgroups at /sys/fs/cgroup'
  mkdirSync(MACHINES, { recursive: true })
  const folder = mkdtempSync(join(MACHINES, 'try-'))
  const cgroups = cgroupRoots().map((root) => join(root, `collector-try-${process.pid}`))
  const script = `cd ${folder} && mkdir lower upper work root
    mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work root
    for cgroup in ${cgroups.join(' ')}; do mkdir $cgroup; rmdir $cgroup; done`
  const namespaces = ['--mount', '--net', '--uts', '--ipc', '--pid', '--fork']
  const { status, stderr } = spawnSync('unshare', [...namespaces, 'sh', '-ec', script], { encoding: 'utf8' })
  rmSync(folder, { recursive: true })
  return status === 0 ? undefined : `no container can be booted here: ${stderr.trim()}`
}
