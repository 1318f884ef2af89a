import { access, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { ed25519KeyPair } from './sftp/key-pair.js'

/** The files with which a client comes in, each readable by its owner alone; they stay the same over restarts. */
export interface Credentials {
  /** One bearer token a server. */
  readonly xTokens: readonly [string, string]
  readonly xTokenFiles: readonly [string, string]
  readonly osfToken: string
  readonly osfTokenFile: string
  /** The SFTP client's private key. */
  readonly clientKeyFile: string
  /** Its public half, as a line of `authorized_keys`. */
  readonly authorizedKey: string
  /** The SFTP server's private key. */
  readonly hostKey: string
}

/** Find or make the credentials of the simulated services in `folder`. */
export async function credentialsIn(folder: string): Promise<Credentials> {
  await mkdir(folder, { recursive: true })
  const secret = async (name: string, make: () => string): Promise<[text: string, file: string]> => {
    const file = join(folder, name)
    if (!(await exists(file))) await writeFile(file, make(), { mode: 0o600 })
    return [(await readFile(file, 'utf8')).trim(), file]
  }
  const [token1, tokenFile1] = await secret('x-bearer-token-1', () => 'simulated-x-token-1\n')
  const [token2, tokenFile2] = await secret('x-bearer-token-2', () => 'simulated-x-token-2\n')
  const [osfToken, osfTokenFile] = await secret('osf-token', () => 'simulated-osf-token\n')
  const [clientKey, clientKeyFile] = await secret('sftp-client-key', newKey)
  const [hostKey] = await secret('sftp-host-key', newKey)
  return {
    xTokens: [token1, token2],
    xTokenFiles: [tokenFile1, tokenFile2],
    ...{ osfToken, osfTokenFile, clientKeyFile, hostKey },
    authorizedKey: publicHalf(clientKey),
  }
}

const newKey = (): string => ed25519KeyPair().private

function publicHalf(privateKey: string): string {
  const key = ssh2.utils.parseKey(privateKey)
  if (key instanceof Error) throw key
  return `${key.type} ${key.getPublicSSH().toString('base64')}`
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
