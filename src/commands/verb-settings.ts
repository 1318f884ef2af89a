import { loadSettings } from '../settings/load-settings.js'
import { passingFolders } from '../settings/passing-folders.js'
import type { Settings } from '../settings/settings.js'
import type { CommonFlags, VerbWorld } from './verb.js'

/** A verb's settings; from now on its log says as much as they want. @throws as `loadSettings` */
export async function verbSettings({ settings: flag }: CommonFlags, world: VerbWorld): Promise<Settings> {
  const settings = await loadSettings({ flag, ...world })
  world.log.level = settings.server.logLevel
  if (world.stderr.isTTY)
    for (const [setting, folder] of passingFolders(settings))
      world.log.warn(
        `${setting} is ${folder}: good for a try, but what lies there is gone when the machine starts anew`,
      )
  return settings
}
