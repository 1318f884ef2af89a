import { access } from '../durable/files.js'
import { resolve } from 'node:path'
import { ExitCode, OperatorError } from '../operator-error.js'
import { contradictions } from './contradictions.js'
import { givenSettings } from './given.js'
import { foldersThrownAway } from './passing-folders.js'
import { readValues } from './read-values.js'
import { serverSettings } from './server-settings.js'
import type { MailSettings, Settings } from './settings.js'
import { SettingsError, type SettingsFault } from './settings-fault.js'
import { settingsText } from './settings-text.js'

const LAST_RESORT = '/etc/collector/settings.ini'

/** Where to look: `flag` is what `--settings` says. Relative paths count from `cwd`. */
export interface SettingsSource {
  readonly flag?: string | undefined
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
}

/**
 * The settings of this server, checked and frozen through and through: from the flag's file, else from
 * `$COLLECTOR_SETTINGS`, `./settings.ini` or `/etc/collector/settings.ini`, with `$COLLECTOR_SECTION_KEY` in place of
 * the file's where it is set.
 * @throws SettingsError with every fault at once; OperatorError where there is no file to read; both are exit code 2
 */
export async function loadSettings(source: SettingsSource): Promise<Settings> {
  const file = await settingsFile(source)
  const { text, faults } = await settingsText(file)
  return checkedSettings(file, text, source.env, faults)
}

/** Like `loadSettings`, of a text that would stand in `file`; `known` are faults that it is known to have. */
export function checkedSettings(
  file: string,
  text: string,
  env: NodeJS.ProcessEnv,
  known: readonly SettingsFault[] = [],
): Settings {
  const { given, faults: strangers } = givenSettings(text, env)
  const { values, faults: wrong } = readValues(given)
  const { settings, faults: missing } = serverSettings(file, values, given)
  const together = [...contradictions(settings), ...foldersThrownAway(settings, env)]
  const faults = [...known, ...strangers, ...wrong, ...missing, ...together]
  if (faults.length > 0) throw new SettingsError(file, faults)
  return deepFrozen(settings)
}

/** What it takes to mail somebody. */
export interface MailPart {
  readonly server: Settings['server']
  readonly mail: MailSettings
}

/**
 * Of settings that have faults the part by which somebody can be told of them, as far as it is sound: the mail server, the
 * state folder, which server this is. `undefined` where it is not, or mail is off. @throws OperatorError where there is no file to read
 */
export async function loadMailPart(source: SettingsSource): Promise<MailPart | undefined> {
  const file = await settingsFile(source)
  const { given } = givenSettings((await settingsText(file)).text, source.env)
  const { values, faults: wrong } = readValues(given)
  const { settings, faults: missing } = serverSettings(file, values, given)
  const { mail, server } = settings
  const insecure = contradictions(settings).filter((fault) => fault.startsWith('[mail]'))
  const matters = /^\[mail\]|^\[server\] (number|state_folder)\b/
  if (!mail || [...wrong, ...missing, ...insecure].some((fault) => matters.test(fault))) return undefined
  return { server, mail }
}

async function settingsFile({ flag, env, cwd }: SettingsSource): Promise<string> {
  const named = flag ?? (env['COLLECTOR_SETTINGS'] || undefined)
  if (named !== undefined) return resolve(cwd, named)
  const places = [resolve(cwd, 'settings.ini'), LAST_RESORT]
  for (const place of places) if (await exists(place)) return place
  throw new OperatorError(
    `there is no settings file (looked for ${places.join(' and ')}): copy settings.example.ini, or name one with --settings`,
    { exitCode: ExitCode.usage },
  )
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

function deepFrozen<T extends object>(value: T): T {
  for (const part of Object.values(value) as unknown[]) if (typeof part === 'object' && part !== null) deepFrozen(part)
  return Object.freeze(value)
}
