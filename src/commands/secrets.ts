import type { Log } from '../log.js'
import { errorText, OperatorError } from '../operator-error.js'
import { readSecret } from '../settings/secret.js'
import type { Settings } from '../settings/settings.js'

export const xToken = ({ x }: Settings, env: NodeJS.ProcessEnv): Promise<string> =>
  readSecret({ name: 'x_bearer_token', file: x.bearerTokenFile, setting: '[x] bearer_token_file', env })

export const osfToken = ({ osf }: Settings, env: NodeJS.ProcessEnv): Promise<string> =>
  readSecret({ name: 'osf_token', file: osf?.tokenFile, setting: '[osf] token_file', env })

/** `undefined` where the mail server asks for none. */
export const mailPassword = async (
  { mail }: Pick<Settings, 'mail'>,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> =>
  mail?.user === undefined
    ? undefined
    : readSecret({ name: 'mail_password', file: mail.passwordFile, setting: '[mail] password_file', env })

/**
 * A secret that is read anew each time that it is asked for. One that can't be read is told once, and the last one that
 * could be stands for it: a file that is just being replaced must stop nothing.
 */
export function readAnew<Secret>(read: () => Promise<Secret>, known: Secret, log: Log): () => Promise<Secret> {
  let last = known
  let told = ''
  return async () => {
    try {
      last = await read()
      told = ''
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error
      if (error.message !== told) log.error(`${errorText(error)}; going on with the last one`)
      told = error.message
    }
    return last
  }
}
