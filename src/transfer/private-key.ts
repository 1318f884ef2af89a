import { readFile } from '../durable/files.js'
import ssh2 from 'ssh2'
import { OperatorError } from '../operator-error.js'
import { checkPrivate, readCredential } from '../settings/secret.js'

const { utils } = ssh2

const SETTING = '[sync] private_key_file'

/**
 * The text of a private key that opens without a passphrase, for nobody is there to type one: systemd's credential
 * `sync-key`, else the file's.
 * @throws OperatorError where the file is missing, is readable by others, is encrypted or is no private key
 */
export async function readPrivateKey(path: string, env: NodeJS.ProcessEnv): Promise<string> {
  const text = (await readCredential('sync_key', env)) || (await readKeyFile(path))
  const key = utils.parseKey(text)
  if (!(key instanceof Error) && key.isPrivateKey()) return text
  if (key instanceof Error && /encrypted/i.test(key.message))
    throw new OperatorError(`${SETTING}: ${path} wants a passphrase: take it off with ssh-keygen -p -f ${path}`)
  throw new OperatorError(`${SETTING}: ${path} is no private key: make one with ssh-keygen -t ed25519 -N '' -f ${path}`)
}

async function readKeyFile(path: string): Promise<string> {
  await checkPrivate(path, SETTING)
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new OperatorError(`${SETTING}: this user can't read ${path}: run sync as the file's owner`, { cause })
  })
}
