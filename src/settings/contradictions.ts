import { isLoopback } from './loopback.js'
import type { MailSettings, Settings } from './settings.js'
import { wrongValue, type SettingsFault } from './settings-fault.js'

/** Values that are right one by one and wrong together. */
export const contradictions = (settings: Settings): SettingsFault[] => [
  ...loneSecondServer(settings),
  ...sharedFolders(settings),
  ...(settings.mail ? passwordInTheClear(settings.mail) : []),
  ...tokenInTheClear('[x] base_url', settings.x.baseUrl),
  ...(settings.osf ? tokenInTheClear('[osf] base_url', settings.osf.baseUrl) : []),
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

function tokenInTheClear(setting: string, address: string): SettingsFault[] {
  const { protocol, hostname } = new URL(address)
  if (protocol === 'https:' || isLoopback(hostname)) return []
  return [wrongValue(setting, address, 'https://, for a token goes there; http:// only to this machine itself')]
}

function passwordInTheClear({ security, user, host, passwordFile }: MailSettings): SettingsFault[] {
  if (user === undefined)
    return passwordFile === undefined ? [] : [wrongValue('[mail] user', '', 'the user whose password it is')]
  const open = security === 'none' && !isLoopback(host)
  return open ? [wrongValue('[mail] security', 'none', 'starttls or tls, for there is a password to send')] : []
}
