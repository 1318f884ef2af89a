import { access, constants, mkdir, open, readdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode, errorText, OperatorError } from '../operator-error.js'

/** Make the folder and those above it; each is on the disk when this returns. Mode 0750. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o750 })
  if (first === undefined) return
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made))
}

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

/** Put a folder's names on the disk: needed after each creation, renaming and removal that must outlast a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
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
