import { access, constants, readdir } from 'node:fs/promises'
import { errorCode, errorText, OperatorError } from '../operator-error.js'
import { makeFolder } from './disk.js'

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
    throw new OperatorError(`cannot use the folder ${path} (${errorText(error)}): check ${setting} and who owns it`, {
      cause: error,
    })
  }
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
