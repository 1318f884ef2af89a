import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, readFile, rm, rmdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run, succeed, type Ended } from './command.js'
import { cgroupRoots } from './debian.js'
import { until } from './until.js'

/** `systemd`: booted, with systemd as its first process. `cron`: a machine without systemd, with cron, syslog and sshd. */
export type Init = 'systemd' | 'cron'

export interface MachineOptions {
  /** Also its host name; of letters, digits and hyphens. */
  readonly name: string
  readonly init: Init
  /** The tree that it lies over, see debian.ts. */
  readonly tree: string
  /** Where its own files are kept. */
  readonly folder: string
  /** Name of its network namespace. */
  readonly network: string
  /** Folders of this machine that it sees: path here, path there. */
  readonly shares: Readonly<Record<string, string>>
}

/** `init` of a machine without systemd. */
const CRON_INIT = 'mkdir -p /run/sshd; rm -f /run/*.pid /run/crond.*; rsyslogd; service ssh start; exec cron -f'

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** A Debian machine in a container: its own processes, mounts, cgroups and network. Its disk outlives a crash. */
export class Machine implements AsyncDisposable {
  readonly root: string
  readonly #options: MachineOptions
  #container: ChildProcess | undefined
  #leader = 0

  private constructor(options: MachineOptions) {
    this.#options = options
    this.root = join(options.folder, 'root')
  }

  /** Make the machine's disk; `boot` starts it. */
  static async create(options: MachineOptions): Promise<Machine> {
    const machine = new Machine(options)
    const [upper, work] = ['upper', 'work'].map((name) => join(options.folder, name)) as [string, string]
    for (const folder of [upper, work, machine.root]) await mkdir(folder, { recursive: true })
    const layers = `lowerdir=${options.tree},upperdir=${upper},workdir=${work}`
    await succeed('mount', ['-t', 'overlay', 'overlay', '-o', layers, machine.root])
    for (const cgroup of machine.#cgroups()) await mkdir(cgroup, { recursive: true })
    await machine.write('/etc/machine-id', '')
    await machine.write('/etc/hostname', `${options.name}\n`)
    await machine.write('/etc/resolv.conf', '')
    return machine
  }

  /**
   * Start the container, and wait until its first process takes commands; with `whole` until all that it starts at boot has
   * started.
   */
  async boot({ whole = false } = {}): Promise<void> {
    const { name, network, init, shares } = this.#options
    const nspawn = [
      ...['systemd-nspawn', '--quiet', '-D', this.root, `--machine=${name}`, '--register=no', '--keep-unit'],
      ...[`--network-namespace-path=/run/netns/${network}`, '--resolv-conf=off', '--console=pipe'],
      ...Object.entries(shares).map(([here, there]) => `--bind=${here}:${there}`),
      ...(init === 'systemd' ? ['--boot'] : ['--as-pid2', 'sh', '-c', CRON_INIT]),
    ]
    // Whatever happens to the test, the container ends with it.
    const script = `for c in "$@"; do echo $$ >"$c/cgroup.procs"; done; exec setpriv --pdeathsig TERM ${nspawn.map((word) => `'${word}'`).join(' ')}`
    const container = spawn('sh', ['-c', script, 'sh', ...this.#cgroups()], { stdio: ['ignore', 'pipe', 'pipe'] })
    const log = createWriteStream(join(this.#options.folder, 'console.log'), { flags: 'a' })
    container.stdout.pipe(log, { end: false })
    container.stderr.pipe(log, { end: false })
    this.#container = container
    this.#leader = await until(`${name} has a first process`, () => firstProcess(container.pid ?? 0))
    if (init === 'systemd')
      await until(`${name} is up`, async () => {
        const { stdout } = await this.run('systemctl', ['is-system-running'])
        return (whole ? /^(running|degraded)/ : /^(starting|running|degraded)/).test(stdout)
      })
  }

  /** Run a program in the machine as root. */
  run(program: string, words: readonly string[] = [], input?: string): Promise<Ended> {
    const inside = ['-t', String(this.#leader), '-m', '-u', '-i', '-n', '-p', '-C', '-r', '-w']
    return run('nsenter', [...inside, 'env', '-i', PATH, 'HOME=/root', program, ...words], input)
  }

  /** Run shell lines in the machine as root; they must end with 0. Answers stdout. */
  async sh(lines: string, input = ''): Promise<string> {
    // Node's pipes are sockets, which nobody can open by the name /dev/stdin.
    const { code, stdout, stderr } = await this.run('sh', ['-euc', `cat | (\n${lines}\n)`], input)
    if (code === 0) return stdout
    throw new Error(`on ${this.#options.name}:\n${lines}\nended with ${code}:\n${stdout}\n${stderr}`)
  }

  /** Write a file of the machine; its folder is made. */
  async write(path: string, text: string, mode = 0o644): Promise<void> {
    const file = join(this.root, path)
    await mkdir(join(file, '..'), { recursive: true })
    await writeFile(file, text, { mode })
  }

  /** Set the time of a file, which is made where it is missing. */
  async touch(path: string, ms: number): Promise<void> {
    await writeFile(join(this.root, path), '', { flag: 'a' })
    await utimes(join(this.root, path), ms / 1000, ms / 1000)
  }

  /** An orderly end. */
  async powerOff(): Promise<void> {
    await this.run('systemctl', ['poweroff'])
    await this.#ended()
  }

  /** The power fails: every process is gone at once. */
  async crash(): Promise<void> {
    if (this.#leader > 0) process.kill(this.#leader, 'SIGKILL')
    await this.#ended()
  }

  async #ended(): Promise<void> {
    const container = this.#container
    if (container && container.exitCode === null && container.signalCode === null) await once(container, 'close')
    this.#container = undefined
    this.#leader = 0
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#leader > 0) await this.crash()
    else this.#container?.kill('SIGKILL')
    await this.#ended()
    await run('umount', ['-R', this.root])
    // Its last processes may still be ending.
    for (const cgroup of this.#cgroups()) await until(`${cgroup} is removed`, () => removeCgroup(cgroup))
    await rm(this.#options.folder, { recursive: true, force: true })
  }

  #cgroups(): string[] {
    return cgroupRoots().map((root) => join(root, `collector-test-${this.#options.network}`))
  }
}

/** The process that is number 1 in the container that this process has started; the first child may be another. */
async function firstProcess(parent: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8').catch(() => '')
  for (const pid of text.split(' ').filter(Boolean)) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
    const isFirst = /^NSpid:.*\s1$/m.test(status) && !/^Name:\s+\(sd-/m.test(status)
    if (isFirst || /^Name:\s+\(sd-stubinit\)/m.test(status)) return Number(pid)
  }
  return undefined
}

async function removeCgroup(path: string): Promise<boolean> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => undefined)
  if (entries === undefined) return true
  for (const entry of entries) if (entry.isDirectory()) await removeCgroup(join(path, entry.name))
  return rmdir(path).then(
    () => true,
    () => false,
  )
}
