import { readSecret } from '../settings/secret.js'
import type { Settings } from '../settings/settings.js'

export const xToken = ({ x }: Settings, env: NodeJS.ProcessEnv): Promise<string> =>
  readSecret({ name: 'x_bearer_token', file: x.bearerTokenFile, setting: '[x] bearer_token_file', env })

export const osfToken = ({ osf }: Settings, env: NodeJS.ProcessEnv): Promise<string> =>
  readSecret({ name: 'osf_token', file: osf?.tokenFile, setting: '[osf] token_file', env })

/** `undefined` where the mail server asks for none. */
export const mailPassword = async ({ mail }: Settings, env: NodeJS.ProcessEnv): Promise<string | undefined> =>
  mail?.user === undefined
    ? undefined
    : readSecret({ name: 'mail_password', file: mail.passwordFile, setting: '[mail] password_file', env })
