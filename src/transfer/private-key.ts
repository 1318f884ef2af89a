import { createPrivateKey, type KeyObject } from 'node:crypto'
import ssh2 from 'ssh2'
import { readFile } from '../durable/files.js'
import { OperatorError } from '../operator-error.js'
import { checkPrivate, readCredential } from '../settings/secret.js'
import { keyAdvice, makeKey } from './key-advice.js'
import { openSshKey } from './open-ssh-key.js'

const { utils } = ssh2

const SETTING = '[sync] private_key_file'

/**
 * The text of a private key that opens without a passphrase, for nobody is there to type one: systemd's credential
 * `sync-key`, else the file's. It is in a form that ssh2 reads: OpenSSH's and PEM as they stand, PKCS#8 (openssl's) turned into one of these.
 * @throws OperatorError where the file is missing, is readable by others, is encrypted or is no such key
 */
export async function readPrivateKey(path: string, env: NodeJS.ProcessEnv): Promise<string> {
  const text = (await readCredential('sync_key', env)) || (await readKeyFile(path))
  return usableKey(text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n'), path)
}

async function readKeyFile(path: string): Promise<string> {
  await checkPrivate(path, SETTING)
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new OperatorError(`${SETTING}: this user can't read ${path}: run sync as the file's owner`, { cause })
  })
}

function usableKey(text: string, path: string): string {
  if (isUsable(text)) return text
  const advice = keyAdvice(text, path)
  if (advice !== undefined) throw new OperatorError(`${SETTING}: ${path} ${advice}`)
  const fault = utils.parseKey(text)
  if (fault instanceof Error && /encrypted/i.test(fault.message))
    throw new OperatorError(`${SETTING}: ${path} wants a passphrase: take it off with ssh-keygen -p -f ${path}`)
  const converted = fromPkcs8(text)
  if (converted !== undefined && isUsable(converted)) return converted
  throw new OperatorError(`${SETTING}: ${path} is no private key: make one with ${makeKey(path)}`)
}

function isUsable(text: string): boolean {
  const key = utils.parseKey(text)
  return !(key instanceof Error) && !Array.isArray(key) && key.isPrivateKey() && key.type !== 'ssh-dss'
}

/** OpenSSL's form of a private key in one that ssh2 reads; `undefined` for what is none, or of a kind that SSH has not. */
function fromPkcs8(text: string): string | undefined {
  let key: KeyObject
  try {
    key = createPrivateKey(text)
  } catch {
    return undefined
  }
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return key.export({ type: 'pkcs1', format: 'pem' }).toString()
    case 'ec':
      return key.export({ type: 'sec1', format: 'pem' }).toString()
    case 'ed25519':
      return openSshKey(key)
    default:
      return undefined
  }
}
