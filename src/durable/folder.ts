import { access, constants, readdir } from './files.js'
import { errorCode, errorText, OperatorError } from '../operator-error.js'
import { makeFolder } from './disk.js'
import { ownerAdvice, ownName } from './owner.js'

export { makeFolder, syncFolder } from './disk.js'

/**
 * Make a folder that a setting names, such as `[spool] folder`, or see that it can be used.
 * @throws OperatorError that names the setting
 */
export async function makeSetFolder(path: string, setting: string): Promise<void> {
  try {
    await makeFolder(path)
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new OperatorError(`cannot use the folder ${path} (${errorText(error)}): ${adviceFor(path, setting, error)}`, {
      cause: error,
    })
  }
}

/** A unit of systemd's sees only what it may write, and nothing of /home. */
function adviceFor(path: string, setting: string, error: unknown): string {
  const code = errorCode(error) ?? ''
  if (code === 'EROFS')
    return `check ${setting}; a unit of systemd's may write there with ReadWritePaths=${path} (systemctl edit)`
  if (/^\/(home|root|run\/user)\//.test(path) && ['EACCES', 'ENOENT', 'EPERM'].includes(code))
    return `check ${setting} and who owns it; ProtectHome= hides that folder from a unit of systemd's, so better take one below /var/lib`
  return ownersAdvice(path, setting, error)
}

function ownersAdvice(path: string, setting: string, error: unknown): string {
  const failed = (error as NodeJS.ErrnoException | undefined)?.syscall
  if (failed === 'mkdir' && ['EACCES', 'EPERM'].includes(errorCode(error) ?? ''))
    return `check ${setting}, or make the folder as root: install -d -m 750 -o ${ownName()} ${path}`
  return ownerAdvice(error) ?? `check ${setting} and who owns it`
}

/** The names in a folder, sorted; none where there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  }
}
