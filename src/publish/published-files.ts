import { join } from 'node:path'
import { namesIn } from '../durable/folder.js'
import type { FileToPublish } from '../osf/publish.js'

/** Whether a file of the vault is published: an hour's IDs, a day's report. */
const isPublished = (name: string): boolean => /^\d{4}-\d\d-\d\d(_\d\d_IDs\.txt\.xz|_report\.txt)$/.test(name)

/** Where a file of a day's folder lies in the project's storage: `2026/11/21/2026-11-21_13_IDs.txt.xz`. */
export const remotePath = (day: string, name: string): string => `${day.replaceAll('-', '/')}/${name}`

/** The files of a day (`2026-11-21`) that go out, by name. */
export async function publishedFiles(vault: string, day: string): Promise<FileToPublish[]> {
  const names = await namesIn(join(vault, day))
  return names.filter(isPublished).map((name) => ({ local: join(vault, day, name), remote: remotePath(day, name) }))
}
