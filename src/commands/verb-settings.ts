import { loadSettings } from '../settings/load-settings.js'
import type { Settings } from '../settings/settings.js'
import type { CommonFlags, VerbWorld } from './verb.js'

/** A verb's settings; from now on its log says as much as they want. @throws as `loadSettings` */
export async function verbSettings({ settings: flag }: CommonFlags, world: VerbWorld): Promise<Settings> {
  const settings = await loadSettings({ flag, ...world })
  world.log.level = settings.server.logLevel
  return settings
}
