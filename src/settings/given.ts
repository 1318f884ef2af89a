import { readIni } from './ini-text.js'
import { keysOf, sectionNames } from './keys.js'
import { didYouMean, nearName } from './near-name.js'
import { settingName, type SettingsFault } from './settings-fault.js'

/** A setting as text, and the name under which a fault of it is told. */
interface Given {
  readonly text: string
  readonly name: string
}

/** Settings as text, by `[section] key`. An empty one stands for none and is not among them. */
export type GivenSettings = Map<string, Given>

/** Variables that begin like overrides and are none: where to find settings, how to run, and the secrets. */
const NO_OVERRIDES = new Set([
  'COLLECTOR_SETTINGS',
  'COLLECTOR_CLOCK',
  'COLLECTOR_LOG',
  'COLLECTOR_X_BEARER_TOKEN',
  'COLLECTOR_OSF_TOKEN',
  'COLLECTOR_MAIL_PASSWORD',
])

/** What the file's text says, with the environment's `COLLECTOR_SECTION_KEY` in its place, and a fault a stranger. */
export function givenSettings(text: string, env: NodeJS.ProcessEnv): { given: GivenSettings; faults: SettingsFault[] } {
  const given: GivenSettings = new Map()
  const { entries, faults } = readIni(text)
  const strangers = new Set<SettingsFault>()
  for (const { section, key, value } of entries) {
    const name = settingName(section, key)
    const stranger = strangeName(section, key)
    if (stranger !== undefined) strangers.add(stranger)
    else if (value !== '') given.set(name, { text: value, name })
  }
  const overrides = Object.entries(env).flatMap(([variable, value]) => readOverride(variable, value ?? ''))
  for (const { variable, section, key, value } of overrides) {
    const name = settingName(section, key)
    const stranger = strangeName(section, key)
    if (stranger !== undefined) strangers.add(`${variable}: ${stranger}`)
    else if (value !== '') given.set(name, { text: value, name: `${name} (from ${variable})` })
  }
  return { given, faults: [...faults, ...strangers] }
}

/** The fault of a name that no setting has, without its value, which may be a secret; `undefined` where it is known. */
function strangeName(section: string, key: string): SettingsFault | undefined {
  const known = keysOf(section)
  if (!known) return `[${section}]: there is no such section${didYouMean(section, sectionNames, (near) => `[${near}]`)}`
  if (Object.hasOwn(known, key)) return undefined
  return `${settingName(section, key)}: there is no such key${didYouMean(key, Object.keys(known))}`
}

/** The setting that a variable overrides. Variables of other programs that merely begin with COLLECTOR_ give none. */
function readOverride(variable: string, value: string) {
  const [, first, rest] = /^COLLECTOR_([^_]+)_(.+)$/.exec(variable) ?? []
  if (first === undefined || rest === undefined || NO_OVERRIDES.has(variable)) return []
  const [section, key] = [first.toLowerCase(), rest.toLowerCase()]
  if (!keysOf(section) && nearName(section, sectionNames) === undefined) return []
  return [{ variable, section, key, value }]
}
