import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const UNIT = join(import.meta.dirname, '../../../systemd/collector-collect.service')

/** What the systemd unit has in its `Environment=` lines: in production the collector has it, so that a bench must have it too. */
export const unitEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Array.from(readFileSync(UNIT, 'utf8').matchAll(/^Environment=(\w+)=(.*)$/gm), ([, name = '', value = '']) => [
      name,
      value,
    ]),
  )
