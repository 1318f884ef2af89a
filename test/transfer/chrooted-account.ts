import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toolMissing } from '../support/require-tool.js'
import { accountDoc } from './account-doc.js'
import { startOpenSsh, type OpenSsh } from './open-ssh.js'

/** Why the account can't be tried here, `undefined` where it can. */
export function noAccount(): string | undefined {
  const missing = toolMissing('/usr/sbin/sshd') ?? toolMissing('useradd') ?? toolMissing('ssh-keygen')
  if (missing !== undefined || process.getuid?.() === 0) return missing
  if (process.env['REQUIRE_ALL'] === '1')
    throw new Error('only root can make accounts, and REQUIRE_ALL=1 wants every test to run')
  return 'only root can make accounts'
}

export interface ChrootedAccount extends AsyncDisposable {
  readonly ssh: OpenSsh
  readonly user: string
  /** Server 2's key, made as the doc says. */
  readonly keyFile: string
  /** Where server 2's minutes arrive, as server 1 sees it. */
  readonly incoming: string
  /** From the doc's settings: `/incoming`. */
  readonly remoteFolder: string
  /** The file of keys that are let in. */
  readonly keys: string
}

/**
 * A user, folders, keys and an sshd set up by the very lines of docs/server-1-account.md, with its paths moved below a
 * folder of their own and its user renamed. `root` is not below /tmp, which everybody may write to.
 */
export async function chrootedAccount(): Promise<ChrootedAccount> {
  await mkdir('/run/collector-test', { recursive: true, mode: 0o755 })
  const root = await mkdtemp('/run/collector-test/account-')
  const user = `coltest${process.pid}`
  execFileSync('chmod', ['755', root])
  execFileSync('useradd', ['--system', '--no-create-home', '--home-dir', '/nonexistent', user])
  const doc = await accountDoc()
  const moved = (text: string) =>
    text
      .replaceAll('/etc/collector', join(root, 'server-2'))
      .replaceAll('/srv/collector-sync', join(root, 'srv'))
      .replaceAll('/etc/ssh/', join(root, 'ssh/'))
      .replaceAll(/(-o|-g|User|'\*') collector\b/g, `$1 ${user}`)
      .replaceAll(/^.*(apt-get|systemctl) .*$/gm, '')
  const run = (step: number, fill = (text: string) => text) => {
    for (const { text } of doc.get(step) ?? []) execFileSync('sh', ['-euc', fill(moved(text))])
  }
  for (const folder of ['server-2', 'ssh', 'ssh/sshd_config.d']) await mkdir(join(root, folder))
  run(1)
  run(2)
  const publicKey = (await readFile(join(root, 'server-2', 'sync-key.pub'), 'utf8')).trim()
  run(3, (text) => text.replace('ssh-ed25519 AAAA... collector-server-2', publicKey))
  const more = await readFile(join(root, 'ssh/sshd_config.d/collector.conf'), 'utf8')
  const ssh = await startOpenSsh(join(root, 'ssh'), '', { more })
  const remoteFolder = /^remote_folder = (\S+)$/m.exec(
    doc
      .get(4)
      ?.map(({ text }) => text)
      .join('') ?? '',
  )?.[1]
  return {
    ssh,
    user,
    keyFile: join(root, 'server-2', 'sync-key'),
    incoming: join(root, 'srv', 'incoming'),
    remoteFolder: remoteFolder ?? '',
    keys: join(root, 'ssh', 'collector-sync-keys'),
    async [Symbol.asyncDispose]() {
      await ssh[Symbol.asyncDispose]()
      execFileSync('userdel', [user])
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** The fingerprint as the doc says to read it: the word of ssh-keygen's line that begins with SHA256. */
export async function fingerprintByDoc(publicKeyFile: string): Promise<string> {
  const doc = await accountDoc()
  const command = doc.get(4)?.[0]?.text ?? ''
  const line = execFileSync('sh', ['-euc', command.replace(/\/etc\/ssh\/\S+/, publicKeyFile)], { encoding: 'utf8' })
  return line.split(' ').find((word) => word.startsWith('SHA256:')) ?? ''
}

/** Let a key in that somebody else has. */
export async function replaceKeys(file: string, line: string): Promise<string> {
  const before = await readFile(file, 'utf8')
  await writeFile(file, line)
  return before
}
