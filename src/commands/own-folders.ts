import { dirname, join } from 'node:path'
import { foreignFolder, ownName, type Foreign } from '../durable/owner.js'
import { ExitCode, OperatorError } from '../operator-error.js'
import type { Settings } from '../settings/settings.js'
import type { VerbWorld } from './verb.js'

/**
 * Refuse to write into folders of another user: root could, and from then on their owner could not, who runs the units.
 * @throws OperatorError with exit code 2 that names the command to run
 */
export function refuseFoldersOfOthers(
  settings: FolderSettings,
  { argv, self }: Pick<VerbWorld, 'argv' | 'self'>,
): void {
  const foreign = firstForeign(settings)
  if (!foreign) return
  const { setting, path, owner } = foreign
  const main = self[1]
  const command = [main === undefined ? 'collector' : join(dirname(main), '..', 'bin', 'collector'), ...argv]
  const me = ownName()
  throw new OperatorError(
    `${setting}: ${path} belongs to ${owner}, and this runs as ${me}, whose files ${owner} could not change later: ` +
      `${me === 'root' ? '' : 'as root, '}run ${asUser(owner)} ${command.map(quoted).join(' ')}`,
    { exitCode: ExitCode.usage },
  )
}

/** Whether some folder that the settings name belongs to another user. */
export const hasFoldersOfOthers = (settings: FolderSettings): boolean => firstForeign(settings) !== undefined

/** The settings that name folders; those with faults may name fewer. */
type FolderSettings = Pick<Settings, 'server'> & Partial<Settings>

function firstForeign({ server, spool, vault }: FolderSettings): (Foreign & { setting: string }) | undefined {
  const folders = [
    ['[spool] folder', spool?.folder],
    ['[spool] server_2_folder', spool?.server2Folder],
    ['[vault] folder', vault?.folder],
    ['[server] state_folder', server.stateFolder],
  ] as const
  for (const [setting, path] of folders) {
    const foreign = path === undefined ? undefined : foreignFolder(path)
    if (foreign) return { ...foreign, setting }
  }
  return undefined
}

/** A user without a name is no user that runuser knows. */
const asUser = (owner: string): string =>
  /^\d+$/.test(owner) ? `setpriv --reuid=${owner} --regid=${owner} --clear-groups --` : `runuser -u ${owner} --`

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
