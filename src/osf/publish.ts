import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import { errorText } from '../operator-error.js'
import type { OsfSettings } from '../settings/settings.js'
import { readLocalContent } from './local-content.js'
import { OsfClient } from './osf-client.js'
import { OsfError } from './osf-error.js'
import { checkRoom } from './quota.js'
import { RemoteTree } from './remote-tree.js'
import { upload } from './upload.js'
import { UploadLedger } from './upload-ledger.js'

/** So many files in a row that OSF failed to take mean that it takes none. */
const MOST_FAILURES_IN_A_ROW = 3

export interface FileToPublish {
  readonly local: string
  /** Its path in the project's storage: `2026/11/21/2026-11-21_13_IDs.txt.xz`. */
  readonly remote: string
  /** Where it is known, as from the hour's book: spares reading a file that the ledger has with this hash. */
  readonly sha256?: string
  /** Never to take the place of a file that OSF has. */
  readonly onlyNew?: boolean
}

export interface PublishContext {
  readonly settings: OsfSettings
  readonly token: string
  readonly stateFolder: string
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
  readonly signal: AbortSignal
}

export interface Published {
  readonly uploaded: number
  /** OSF had them already, by the ledger or by its own word. */
  readonly unchanged: number
  /** In order. Where one is `fatal` it tells why, and those behind it are `pending`. */
  readonly failed: readonly { readonly remote: string; readonly error: OsfError }[]
}

/**
 * Bring files to OSF, one after the other in the order given. What the ledger has with the same hash is passed over without
 * a request. A file that fails is left for the next run; a fault that would meet every file (token, quota, OSF out of reach)
 * ends this one. Never throws for such faults: publishing is not to stop the archive. With `asksAnew` the ledger counts for
 * nothing, and OSF is asked about every file.
 */
export async function publish(
  files: readonly FileToPublish[],
  context: PublishContext,
  { asksAnew = false } = {},
): Promise<Published> {
  const run = new Run(context)
  if (!asksAnew) await run.readLedger()
  for (const file of files) await run.publish(file)
  return run.result
}

class Run {
  readonly result = { uploaded: 0, unchanged: 0, failed: [] as { remote: string; error: OsfError }[] }
  readonly #context: PublishContext
  readonly #ledger: UploadLedger
  readonly #client: OsfClient
  readonly #tree: RemoteTree
  #failuresInARow = 0
  #over: string | undefined
  #roomChecked: Promise<void> | undefined

  constructor(context: PublishContext) {
    const { settings, stateFolder, signal } = context
    this.#context = context
    this.#ledger = new UploadLedger(stateFolder, settings)
    this.#client = new OsfClient(settings, context, signal)
    this.#tree = new RemoteTree(this.#client, context)
  }

  /** Without its ledger a run is slower, and no less right. */
  async readLedger(): Promise<void> {
    await this.#ledger.read().catch((error: unknown) => {
      this.#context.log.warn(`osf: the upload ledger can't be read (${errorText(error)}); OSF is asked instead`)
    })
  }

  async publish(file: FileToPublish): Promise<void> {
    try {
      const outcome = await this.#bring(file)
      this.result[outcome] += 1
    } catch (error) {
      if (!(error instanceof OsfError)) throw error
      this.#fail(file, error)
    }
  }

  async #bring({ local, remote, sha256, onlyNew = false }: FileToPublish): Promise<'uploaded' | 'unchanged'> {
    if (sha256 !== undefined && this.#ledger.has(remote, sha256)) return 'unchanged'
    if (this.#context.signal.aborted) throw pendingError(remote, 'the run was stopped')
    const content = await readLocalContent(local)
    if (this.#ledger.has(remote, content.sha256)) return 'unchanged'
    if (this.#over !== undefined) throw pendingError(remote, this.#over)
    await (this.#roomChecked ??= checkRoom(this.#client, this.#context))
    const osf = { client: this.#client, tree: this.#tree, patience: this.#context }
    const outcome = await upload(content, remote, { ...osf, onlyNew })
    this.#failuresInARow = 0
    this.#context.log.info({ remote, bytes: content.bytes }, `osf: ${outcome}`)
    await this.#record(remote, content)
    return outcome
  }

  async #record(path: string, { bytes, sha256 }: { bytes: number; sha256: string }): Promise<void> {
    const at = new Date(this.#context.clock.now()).toISOString()
    await this.#ledger.record({ at, path, bytes, sha256 }).catch((error: unknown) => {
      this.#context.log.warn(`osf: the upload ledger can't be written (${errorText(error)}); the next run asks OSF`)
    })
  }

  #fail({ remote }: FileToPublish, error: OsfError): void {
    this.result.failed.push({ remote, error })
    if (error.kind === 'temporary') this.#failuresInARow += 1
    if (error.fatal || this.#failuresInARow >= MOST_FAILURES_IN_A_ROW) this.#over ??= error.message
  }
}

const pendingError = (remote: string, reason: string): OsfError =>
  new OsfError('pending', `${remote} is not at OSF yet (${reason})`)
