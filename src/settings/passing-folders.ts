import { pid } from 'node:process'
import type { Settings } from './settings.js'
import { wrongValue, type SettingsFault } from './settings-fault.js'

/** What is emptied when the machine starts, or when files in it get old. */
const PASSING = ['/tmp', '/var/tmp', '/dev/shm']

/** Whether systemd has started this very process, as a unit. Source: systemd.exec(5), since version 248. */
const isService = (env: NodeJS.ProcessEnv): boolean => env['SYSTEMD_EXEC_PID'] === String(pid)

/** The folders of the settings that lie where nothing lasts, by the names of their settings. */
export function passingFolders({ server, spool, vault }: Settings): [setting: string, folder: string][] {
  const folders: [string, string | undefined][] = [
    ['[server] state_folder', server.stateFolder],
    ['[spool] folder', spool.folder],
    ['[spool] server_2_folder', spool.server2Folder],
    ['[vault] folder', vault?.folder],
  ]
  return folders.flatMap(([setting, folder]) =>
    folder !== undefined && PASSING.some((passing) => `${folder}/`.startsWith(`${passing}/`))
      ? [[setting, folder]]
      : [],
  )
}

/**
 * For a unit of systemd such a folder is a fault: with PrivateTmp= it is thrown away with all that was collected when the
 * unit stops. By hand, and for the demo, it is good enough.
 */
export const foldersThrownAway = (settings: Settings, env: NodeJS.ProcessEnv): SettingsFault[] =>
  isService(env)
    ? passingFolders(settings).map(([setting, folder]) =>
        wrongValue(
          setting,
          folder,
          'a folder that lasts, such as below /var/lib/collector: a unit with PrivateTmp= loses it when it stops',
        ),
      )
    : []
