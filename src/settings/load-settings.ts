import { access } from '../durable/files.js'
import { resolve } from 'node:path'
import { ExitCode, OperatorError } from '../operator-error.js'
import { contradictions } from './contradictions.js'
import { givenSettings } from './given.js'
import { foldersThrownAway } from './passing-folders.js'
import { readValues } from './read-values.js'
import { serverSettings } from './server-settings.js'
import type { Settings } from './settings.js'
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
