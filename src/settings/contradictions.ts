import type { MailSettings, Settings } from './settings.js'
import { wrongValue, type SettingsFault } from './settings-fault.js'

/** Values that are right one by one and wrong together. */
export const contradictions = (settings: Settings): SettingsFault[] => [
  ...loneSecondServer(settings),
  ...sharedFolders(settings),
  ...(settings.mail ? passwordInTheClear(settings.mail) : []),
]

function loneSecondServer({ server }: Settings): SettingsFault[] {
  const lone = server.number === 2 && !server.redundant
  return lone ? [wrongValue('[server] number', '2', '1 where [server] redundant = false')] : []
}

/** Spool, vault and state would take each other's files for their own. */
function sharedFolders({ server, spool, vault }: Settings): SettingsFault[] {
  const folders: [string, string | undefined][] = [
    ['[server] state_folder', server.stateFolder],
    ['[spool] folder', spool.folder],
    ['[spool] server_2_folder', spool.server2Folder],
    ['[vault] folder', vault?.folder],
  ]
  return folders.flatMap(([setting, folder], index) => {
    const other = folders.slice(0, index).find(([, before]) => folder !== undefined && before === folder)
    return other && folder !== undefined ? [wrongValue(setting, folder, `a folder other than that of ${other[0]}`)] : []
  })
}

function passwordInTheClear({ security, user, host, passwordFile }: MailSettings): SettingsFault[] {
  if (user === undefined)
    return passwordFile === undefined ? [] : [wrongValue('[mail] user', '', 'the user whose password it is')]
  const open = security === 'none' && !['localhost', '127.0.0.1', '::1'].includes(host)
  return open ? [wrongValue('[mail] security', 'none', 'starttls or tls, for there is a password to send')] : []
}
