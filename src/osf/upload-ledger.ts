import { open, readFile } from '../durable/files.js'
import { join } from 'node:path'
import { z } from 'zod'
import { makeFolder } from '../durable/folder.js'
import { errorCode } from '../operator-error.js'

export const LEDGER_NAME = 'osf-ledger.jsonl'

const entrySchema = z.object({
  at: z.iso.datetime(),
  /** Project and storage, such as `abcde/osfstorage`: in another one nothing of this is true. */
  target: z.string(),
  /** `2026/11/21/2026-11-21_13_IDs.txt.xz` */
  path: z.string(),
  bytes: z.int().nonnegative(),
  sha256: z.string(),
})

export type LedgerEntry = z.infer<typeof entrySchema>

/**
 * Which files are at OSF with which hash, one JSON line for each that was brought there, in the state folder. The last line
 * about a path counts. What can't be read of it is passed over: without its line a file is looked up at OSF again.
 */
export class UploadLedger {
  readonly #folder: string
  readonly #target: string
  readonly #files = new Map<string, Pick<LedgerEntry, 'bytes' | 'sha256'>>()
  #endsTorn = false

  /** Only the entries of this project and storage count. Reads nothing yet; see `read`. */
  constructor(stateFolder: string, { project, storage }: { project: string; storage: string }) {
    this.#folder = stateFolder
    this.#target = `${project}/${storage}`
  }

  async read(): Promise<void> {
    const text = await readFile(this.#file, 'utf8').catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return ''
      throw error
    })
    this.#endsTorn = text !== '' && !text.endsWith('\n')
    for (const line of text.split('\n')) {
      const entry = parseLine(line)
      if (entry?.target === this.#target) this.#files.set(entry.path, entry)
    }
  }

  has(path: string, sha256: string): boolean {
    return this.#files.get(path)?.sha256 === sha256
  }

  /** Whether it has the file with any hash. */
  knows(path: string): boolean {
    return this.#files.has(path)
  }

  /** The file as it is there; `undefined` where it is not known to be. */
  at(path: string): Pick<LedgerEntry, 'bytes' | 'sha256'> | undefined {
    const file = this.#files.get(path)
    return file && { bytes: file.bytes, sha256: file.sha256 }
  }

  /** Append a line; it is on the disk when this returns. */
  async record(entry: Omit<LedgerEntry, 'target'>): Promise<void> {
    this.#files.set(entry.path, entry)
    await makeFolder(this.#folder)
    const file = await open(this.#file, 'a', 0o640)
    try {
      await file.appendFile(`${this.#endsTorn ? '\n' : ''}${JSON.stringify({ ...entry, target: this.#target })}\n`)
      await file.sync()
      this.#endsTorn = false
    } finally {
      await file.close()
    }
  }

  get #file(): string {
    return join(this.#folder, LEDGER_NAME)
  }
}

function parseLine(line: string): LedgerEntry | undefined {
  try {
    return entrySchema.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}
