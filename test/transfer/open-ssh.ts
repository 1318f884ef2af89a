import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync } from 'node:fs'
import { chmod, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { ed25519KeyPair } from '../../src/simulator/sftp/key-pair.js'

const SSHD = '/usr/sbin/sshd'

/** Why the tests with a real OpenSSH are left out, `undefined` where they run; `REQUIRE_ALL=1` runs them anyway. */
export const noOpenSsh =
  existsSync(SSHD) || process.env['REQUIRE_ALL'] === '1'
    ? undefined
    : `${SSHD} is not here (apt install openssh-server)`

export interface OpenSsh extends AsyncDisposable {
  readonly port: number
  /** `SHA256:…` */
  readonly fingerprint: string
  /** The sshd of each connection that is open. */
  readonly sessions: ReadonlySet<ChildProcess>
  /** Send a signal to the sshd of each connection that is open, and to what it has started: which of them serves depends on the user. */
  signalSessions(signal: 'SIGKILL' | 'SIGSTOP'): void
}

/**
 * A real OpenSSH on a loopback port, with its own host key and settings below `folder`, that lets the user of this process in by
 * `authorizedKey`; for SFTP only, unless told. Each connection gets an sshd of its own (`-i`), so that no port has to be guessed. `more` are
 * further lines of sshd_config.
 */
export async function startOpenSsh(
  folder: string,
  authorizedKey: string,
  { sftpOnly = true, more = '' } = {},
): Promise<OpenSsh> {
  if (!existsSync(SSHD)) throw new Error(`${SSHD} is not here: apt install openssh-server`)
  // sshd drops its rights into this folder when root runs it; Debian's unit makes it at boot.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const hostKey = ed25519KeyPair()
  const config = join(folder, 'sshd_config')
  await writeFile(join(folder, 'host_key'), hostKey.private, { mode: 0o600 })
  await writeFile(join(folder, 'authorized_keys'), authorizedKey)
  await writeFile(join(folder, 'host_key.pub'), `${hostKey.public}\n`)
  await writeFile(config, `${settings(folder)}${sftpOnly ? 'ForceCommand internal-sftp\n' : ''}${more}`)
  await chmod(folder, 0o755)
  const sessions = new Set<ChildProcess>()
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    const session = spawn(SSHD, ['-i', '-f', config], { stdio: [socket, socket, 'ignore'], detached: true })
    sessions.add(session.once('exit', () => sessions.delete(session)))
    // The process has the socket now.
    session.once('spawn', () => socket.destroy())
  })
  const signalSessions = (signal: 'SIGKILL' | 'SIGSTOP') => {
    for (const { pid } of sessions) if (pid !== undefined) signalGroup(pid, signal)
  }
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    fingerprint: await fingerprint(hostKey.public),
    sessions,
    signalSessions,
    async [Symbol.asyncDispose]() {
      signalSessions('SIGKILL')
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A group that has just ended is no fault. */
function signalGroup(pid: number, signal: 'SIGKILL' | 'SIGSTOP'): void {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

const settings = (folder: string): string => `
HostKey ${join(folder, 'host_key')}
AuthorizedKeysFile ${join(folder, 'authorized_keys')}
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PidFile none
Subsystem sftp internal-sftp
`

/** As OpenSSH itself says it, so that ours is checked against it. */
async function fingerprint(publicKey: string): Promise<string> {
  const keygen = spawn('ssh-keygen', ['-lf', '-'], { stdio: ['pipe', 'pipe', 'ignore'] })
  keygen.stdin.end(`${publicKey}\n`)
  const [line] = (await once(keygen.stdout, 'data')) as [Buffer]
  return line.toString().split(' ')[1] ?? ''
}
