import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The mails that were accepted, as files `0001.eml`, `0002.eml` and so on; those of an earlier start stay. */
export interface Mailbox {
  /** Keep a mail; it is there, whole, when this returns. */
  keep(mail: Buffer): Promise<void>
  /** Every mail as it was received, in order. */
  mails(): Promise<string[]>
}

export async function openMailbox(folder: string): Promise<Mailbox> {
  await mkdir(folder, { recursive: true })
  const names = async () => (await readdir(folder)).filter((name) => /^\d+\.eml$/.test(name)).sort()
  let last = Number.parseInt((await names()).at(-1) ?? '0')
  return {
    async keep(mail) {
      last += 1
      const path = join(folder, `${String(last).padStart(4, '0')}.eml`)
      await writeFile(`${path}.part`, mail)
      await rename(`${path}.part`, path)
    },
    async mails() {
      return Promise.all((await names()).map((name) => readFile(join(folder, name), 'utf8')))
    },
  }
}
