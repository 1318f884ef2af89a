import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, '../../../systemd')

/** The environment that a unit of `systemd/` gives to its program, so that a bench runs it as production does. */
export function unitEnvironment(unit: string): Record<string, string> {
  const text = readFileSync(join(FOLDER, unit), 'utf8')
  return Object.fromEntries(
    Array.from(text.matchAll(/^Environment=(\w+)=(.*)$/gm), ([, name = '', value = '']) => [name, value]),
  )
}
