import { dirname, join } from 'node:path'
import { rename, syncFolder } from '../durable/disk.js'
import { stat } from '../durable/files.js'
import { diskNotice } from '../durable/disk-notice.js'
import { errorCode } from '../operator-error.js'

const MOST_NAMES = 1000

/**
 * Put aside, with the ending `.bad`, what lies in a spool where one of our folders belongs and is none: a file or a pipe with
 * a day's name must not keep a collector from that day. Links to folders are followed. `names` lead from `top` downwards.
 */
export async function clearWay(top: string, names: readonly string[]): Promise<void> {
  for (let depth = 1; depth <= names.length; depth += 1) {
    const path = join(top, ...names.slice(0, depth))
    const found = await statOf(path)
    if (!found) return
    if (found.isDirectory()) continue
    await putAside(path, 'is no folder')
    return
  }
}

/** The same for one of our files. Answers whether there is none yet. */
export async function clearFile(path: string): Promise<boolean> {
  const found = await statOf(path)
  if (found && !found.isFile()) await putAside(path, 'is no file')
  return !found?.isFile()
}

async function putAside(path: string, fault: string): Promise<void> {
  const aside = await freeName(path)
  await rename(path, aside)
  await syncFolder(dirname(path))
  diskNotice(
    `aside ${path}`,
    `${path} ${fault}, where one of the spool's belongs: it is put aside as ${aside}, look at it`,
  )
}

async function freeName(path: string): Promise<string> {
  for (let number = 0; number < MOST_NAMES; number += 1) {
    const name = `${path}.bad${number === 0 ? '' : `.${number}`}`
    if (!(await statOf(name))) return name
  }
  return `${path}.bad`
}

const statOf = (path: string) =>
  stat(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  })
