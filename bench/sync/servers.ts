import { mkdir, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { ed25519KeyPair } from '../../src/simulator/sftp/key-pair.js'
import { startOpenSsh, type OpenSsh } from '../../test/transfer/open-ssh.js'

/** Two sshd on loopback that let the same key in: one for SFTP only, one with a shell, which rsync needs. */
export interface Servers extends AsyncDisposable {
  readonly user: string
  readonly keyFile: string
  readonly sftp: OpenSsh
  readonly shell: OpenSsh
}

export async function startServers(folder: string): Promise<Servers> {
  const key = ed25519KeyPair()
  const keyFile = join(folder, 'key')
  await writeFile(keyFile, key.private, { mode: 0o600 })
  const places = { sftp: join(folder, 'sshd-sftp'), shell: join(folder, 'sshd-shell') }
  for (const place of Object.values(places)) await mkdir(place)
  const sftp = await startOpenSsh(places.sftp, key.public)
  const shell = await startOpenSsh(places.shell, key.public, { sftpOnly: false })
  return {
    ...{ user: userInfo().username, keyFile, sftp, shell },
    async [Symbol.asyncDispose]() {
      await sftp[Symbol.asyncDispose]()
      await shell[Symbol.asyncDispose]()
    },
  }
}
