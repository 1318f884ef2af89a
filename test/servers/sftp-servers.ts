import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ed25519KeyPair } from '../../src/simulator/sftp/key-pair.js'
import { toolMissing } from '../support/require-tool.js'
import { noOpenSsh, startOpenSsh } from '../transfer/open-ssh.js'
import { noPythonTools, startPythonServer } from './python-tools.js'

/** Where an SFTP server is found, as `[sync]` has it. */
export interface SftpPlace extends AsyncDisposable {
  readonly port: number
  readonly fingerprint: string
  /** The folder `incoming` of the folder that it serves. */
  readonly remoteFolder: string
}

/** A folder of the test's for what the server itself needs, the folder that it serves, and the key that it lets in. */
export interface Serving {
  readonly own: string
  readonly served: string
  readonly authorizedKey: string
}

export interface SftpKind {
  readonly name: string
  /** Why it can't run here. */
  readonly missing: string | undefined
  start(serving: Serving): Promise<SftpPlace>
}

/** Programs that test/servers/install.sh builds. */
const built = join(process.env['COLLECTOR_SERVERS'] ?? join(homedir(), '.cache', 'collector-servers'), 'go')
const GO_SERVER = join(built, 'pkg-sftp-server')
const PROFTPD = '/usr/sbin/proftpd'

export const sftpKinds: readonly SftpKind[] = [
  { name: 'OpenSSH', missing: noOpenSsh, start: (serving) => openSsh(serving, '') },
  {
    name: 'OpenSSH without statvfs, fsync and posix-rename',
    missing: noOpenSsh,
    start: (serving) => openSsh(serving, ' -P statvfs,fsync,posix-rename'),
  },
  { name: 'proftpd', missing: proftpdMissing(), start: (serving) => proftpd(serving, '') },
  {
    name: 'proftpd without extensions',
    missing: proftpdMissing(),
    start: (serving) => proftpd(serving, 'SFTPExtensions -fsync -posixRename -statvfs -vendorID -versionSelect'),
  },
  // Its statvfs fails for a relative folder, though it is announced.
  { name: "Go's pkg/sftp", missing: toolMissing(GO_SERVER), start: (serving) => pkgSftp(serving) },
  {
    name: "Go's pkg/sftp without extensions",
    missing: toolMissing(GO_SERVER),
    start: (serving) => pkgSftp(serving, 'plain'),
  },
  { name: 'asyncssh', missing: noPythonTools(), start: (serving) => python('asyncssh-server.py', serving) },
  {
    name: 'asyncssh, whose statvfs, fsync and setstat fail',
    missing: noPythonTools(),
    start: (serving) => python('asyncssh-server.py', serving, 'failing'),
  },
  {
    name: 'paramiko, without any extension',
    missing: noPythonTools(),
    start: (serving) => python('paramiko-server.py', serving),
  },
]

async function openSsh({ own, served, authorizedKey }: Serving, options: string): Promise<SftpPlace> {
  const more = `ForceCommand internal-sftp${options}\n`
  const server = await startOpenSsh(own, authorizedKey, { sftpOnly: false, more })
  return Object.assign(server, { remoteFolder: join(served, 'incoming') })
}

async function python(script: string, { own, served }: Serving, ...words: string[]): Promise<SftpPlace> {
  const key = await hostKey(own)
  const server = await startPythonServer(script, served, key.path, ...words)
  return Object.assign(server, { fingerprint: key.fingerprint, remoteFolder: '/incoming' })
}

async function pkgSftp({ own, served }: Serving, ...words: string[]): Promise<SftpPlace> {
  const key = await hostKey(own)
  const child = spawn(GO_SERVER, ['0', served, key.path, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const line = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([first]) => String(first)),
    exited.then(() => 'it has ended'),
  ])
  const port = Number(/^ready (\d+)$/.exec(line)?.[1])
  if (Number.isNaN(port)) throw new Error(`${GO_SERVER} said: ${line}`)
  return {
    ...{ port, fingerprint: key.fingerprint, remoteFolder: 'incoming' },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

async function hostKey(folder: string): Promise<{ path: string; fingerprint: string }> {
  const path = join(folder, 'host-key')
  const pair = ed25519KeyPair()
  await writeFile(path, pair.private, { mode: 0o600 })
  await writeFile(`${path}.pub`, `${pair.public}\n`)
  return { path, fingerprint: fingerprintOf(`${path}.pub`) }
}

const fingerprintOf = (publicKeyFile: string): string =>
  execFileSync('ssh-keygen', ['-lf', publicKeyFile], { encoding: 'utf8' }).split(' ')[1] ?? ''

function proftpdMissing(): string | undefined {
  const missing =
    toolMissing(PROFTPD) ?? (existsSync('/usr/lib/proftpd/mod_sftp.so') ? undefined : 'mod_sftp is not here')
  return missing ?? (process.getuid?.() === 0 ? undefined : 'proftpd is started by root here')
}

/** Each connection gets a proftpd of its own, as inetd starts it, so that no port has to be guessed. */
async function proftpd({ own, served, authorizedKey }: Serving, more: string): Promise<SftpPlace> {
  execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', '', '-f', join(own, 'host-key')])
  await writeFile(join(own, 'client.pub'), `${authorizedKey}\n`)
  const rfc4716 = execFileSync('ssh-keygen', ['-e', '-m', 'RFC4716', '-f', join(own, 'client.pub')])
  await writeFile(join(own, 'client.rfc4716'), rfc4716)
  await mkdir(join(own, 'run'))
  await chmod(join(own, '..'), 0o755)
  await chmod(own, 0o755)
  const sockets = new Set<{ kill(signal: 'SIGKILL'): unknown }>()
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    const session = spawn(PROFTPD, ['-n', '-q', '-c', join(own, 'proftpd.conf')], { stdio: [socket, socket, 'ignore'] })
    sockets.add(session.once('exit', () => sockets.delete(session)))
    session.once('spawn', () => socket.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  await writeFile(join(own, 'passwd'), `${userInfo().username}:x:0:0::${served}:/bin/sh\n`, { mode: 0o600 })
  await writeFile(join(own, 'proftpd.conf'), proftpdSettings(own, served, port, more))
  return {
    ...{ port, fingerprint: fingerprintOf(join(own, 'host-key.pub')), remoteFolder: '/incoming' },
    async [Symbol.asyncDispose]() {
      for (const session of sockets) session.kill('SIGKILL')
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const proftpdSettings = (own: string, served: string, port: number, more: string): string => `
ServerType inetd
ServerName test
DefaultAddress 127.0.0.1
DefaultServer on
UseIPv6 off
UseReverseDNS off
WtmpLog off
Port ${port}
User root
Group root
RootLogin on
UseFtpUsers off
RequireValidShell off
Umask 077
ModulePath /usr/lib/proftpd
LoadModule mod_sftp.c
AuthOrder mod_auth_file.c
AuthUserFile ${join(own, 'passwd')}
SystemLog ${join(own, 'log')}
ScoreboardFile ${join(own, 'run', 'scoreboard')}
PidFile ${join(own, 'run', 'pid')}
DefaultRoot ${served}
AllowOverwrite on
SFTPEngine on
SFTPLog ${join(own, 'sftp-log')}
SFTPHostKey ${join(own, 'host-key')}
SFTPAuthMethods publickey
SFTPAuthorizedUserKeys file:${join(own, 'client.rfc4716')}
${more}
`
