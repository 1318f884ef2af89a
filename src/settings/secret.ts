import { readFile, stat } from '../durable/files.js'
import { join } from 'node:path'
import { errorCode, ExitCode, OperatorError } from '../operator-error.js'

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
  if (fromVariable) return oneLine(fromVariable, `$${variable}`)
  const credential = await readCredential(name, env)
  if (credential) return oneLine(credential, `the credential ${credentialName(name)}`)
  if (file !== undefined) return readSecretFile(file, setting)
  throw wrong(`there is no ${name.replaceAll('_', ' ')}: put it into a file and set ${setting}, or set $${variable}`)
}

/**
 * Make sure that a file is there and that nobody but its owner may do anything with it.
 * @throws OperatorError (exit code 2) with the command that mends it
 */
export async function checkPrivate(path: string, setting: string): Promise<void> {
  const { mode } = await stat(path).catch((error: unknown) => {
    throw unreadable(path, setting, error)
  })
  if ((mode & 0o077) !== 0) {
    const octal = (mode & 0o777).toString(8).padStart(4, '0')
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

async function readSecretFile(path: string, setting: string): Promise<string> {
  await checkPrivate(path, setting)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw unreadable(path, setting, error)
  })
  return oneLine(text.trim(), `${setting}: ${path}`)
}

function oneLine(secret: string, place: string): string {
  if (secret === '') throw wrong(`${place} is empty: put the secret into it, on one line`)
  if (/[\r\n]/.test(secret)) throw wrong(`${place} has several lines: leave the secret alone, on one line`)
  return secret
}

function unreadable(path: string, setting: string, error: unknown): OperatorError {
  const code = errorCode(error)
  const what = code === 'ENOENT' ? 'there is no file' : `(${code ?? 'unknown error'}) this user can't read`
  return wrong(`${setting}: ${what} ${path}: create it, or correct the setting`, error)
}

const wrong = (message: string, cause?: unknown) => new OperatorError(message, { exitCode: ExitCode.usage, cause })
