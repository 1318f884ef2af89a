import { readFile, stat } from '../durable/files.js'
import { join } from 'node:path'
import { ownerAdvice } from '../durable/owner.js'
import { errorCode, ExitCode, OperatorError } from '../operator-error.js'

const MOST_BYTES = 64 << 10

type SecretName = 'x_bearer_token' | 'osf_token' | 'mail_password'
/** What systemd may hand over; a key of many lines is no secret for a variable. */
type CredentialName = SecretName | 'sync_key'

export interface SecretSource {
  readonly name: SecretName
  /** What the setting says, `undefined` where it is left out. */
  readonly file: string | undefined
  /** `[x] bearer_token_file`, for messages. */
  readonly setting: string
  readonly env: NodeJS.ProcessEnv
}

/**
 * A secret, one line without blanks around it: from its variable (`COLLECTOR_X_BEARER_TOKEN`), else from systemd's
 * credential (`$CREDENTIALS_DIRECTORY/x-bearer-token`; an empty one stands for none), else from its file.
 * @throws OperatorError (exit code 2) where it is nowhere, is empty or has several lines, or where others may read the
 * file; never with the secret in it
 */
export async function readSecret(source: SecretSource): Promise<string> {
  const { name, file, setting, env } = source
  const variable = `COLLECTOR_${name.toUpperCase()}`
  const fromVariable = env[variable]?.trim()
  if (fromVariable) return oneLine(fromVariable, `$${variable}`, name)
  const credential = await readCredential(name, env)
  if (credential) return oneLine(credential, `the credential ${credentialName(name)}`, name)
  if (file !== undefined) return readSecretFile(file, setting, name)
  throw wrong(`there is no ${name.replaceAll('_', ' ')}: put it into a file and set ${setting}, or set $${variable}`)
}

/**
 * Make sure that a file is there and that nobody but its owner may do anything with it.
 * @throws OperatorError (exit code 2) with the command that mends it
 */
export async function checkPrivate(path: string, setting: string): Promise<void> {
  const stats = await stat(path).catch((error: unknown) => {
    throw unreadable(path, setting, error)
  })
  if (stats.isDirectory()) throw wrong(`${setting}: ${path} is a folder: name the file in it`)
  if (!stats.isFile()) throw wrong(`${setting}: ${path} is no regular file: put the secret into one, on one line`)
  if (stats.size > MOST_BYTES)
    throw wrong(`${setting}: ${path} has ${stats.size} bytes, which no secret has: correct the setting`)
  if ((stats.mode & 0o077) !== 0) {
    const octal = (stats.mode & 0o777).toString(8).padStart(4, '0')
    throw wrong(`${setting}: others may use ${path} (its mode is ${octal}): run chmod 600 ${path}`)
  }
}

const credentialName = (name: CredentialName): string => name.replaceAll('_', '-')

/**
 * A credential of systemd's without blanks around it, empty where the unit has an empty one, `undefined` where there is
 * none. systemd itself keeps others from it; its mode may show a group's bit where an ACL gives the right.
 * @throws OperatorError (exit code 2) where it can't be read
 */
export async function readCredential(name: CredentialName, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const folder = env['CREDENTIALS_DIRECTORY']
  if (!folder) return undefined
  const path = join(folder, credentialName(name))
  return readFile(path, 'utf8').then(
    (text) => text.trim(),
    (error: unknown) => {
      if (errorCode(error) === 'ENOENT') return undefined
      throw unreadable(path, `the credential ${credentialName(name)}`, error)
    },
  )
}

async function readSecretFile(path: string, setting: string, name: SecretName): Promise<string> {
  await checkPrivate(path, setting)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw unreadable(path, setting, error)
  })
  return oneLine(text.trim(), `${setting}: ${path}`, name)
}

function oneLine(secret: string, place: string, name: SecretName): string {
  if (secret === '') throw wrong(`${place} is empty: put the secret into it, on one line`)
  if (/[\r\n]/.test(secret)) throw wrong(`${place} has several lines: leave the secret alone, on one line`)
  const strange = (name === 'mail_password' ? /\p{Cc}/u : /[^\x21-\x7e]/).exec(secret)
  if (strange)
    throw wrong(
      `${place}: its character ${strange.index + 1} of ${secret.length} is none that a secret has: copy it anew`,
    )
  return secret
}

function unreadable(path: string, setting: string, error: unknown): OperatorError {
  const code = errorCode(error) ?? 'unknown error'
  if (code === 'ENOENT') return wrong(`${setting}: there is no file ${path}: create it, or correct the setting`, error)
  const advice =
    ownerAdvice(error) ??
    (code === 'EACCES' || code === 'EPERM'
      ? `run ls -ld on it and on the folders above it, and let this user in`
      : `correct the setting, or look at the disk`)
  const orCredential =
    code === 'EACCES' && setting.endsWith('_file')
      ? '; or leave it as it is and hand it over by LoadCredential= of the unit'
      : ''
  return wrong(`${setting}: this user can't read ${path} (${code}): ${advice}${orCredential}`, error)
}

/** Whether a secret is a credential of systemd's, which is loaded when the unit starts and stays as it is. */
export const isCredential = async (name: SecretName, env: NodeJS.ProcessEnv): Promise<boolean> =>
  !env[`COLLECTOR_${name.toUpperCase()}`]?.trim() && Boolean(await readCredential(name, env))

const wrong = (message: string, cause?: unknown) => new OperatorError(message, { exitCode: ExitCode.usage, cause })
