import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import { OperatorError, ExitCode } from '../operator-error.js'
import type { Settings, VaultSettings } from '../settings/settings.js'
import type { Server } from './input-file.js'
import type { Listenings } from './listening/listened-book.js'
import { PassedOver } from './passed-over.js'

interface SpoolOf<Whose extends Server> {
  readonly server: Whose
  readonly folder: string
  /** The setting that names the folder. */
  readonly setting: string
}

/** What every step of archiving an hour works with. */
export interface HourContext {
  readonly redundant: boolean
  /** Server 1's spool first; server 2's, as it was pushed here, where there are two. */
  readonly spools: readonly [SpoolOf<1>] | readonly [SpoolOf<1>, SpoolOf<2>]
  readonly vault: VaultSettings
  readonly stateFolder: string
  readonly lateMs: number
  readonly waitMs: number
  readonly version: string
  readonly clock: Clock
  readonly log: Log
  /** What is strange in the spools is told here. */
  readonly passedOver: PassedOver
  readonly signal: AbortSignal
}

/** With what the journals tell of the hours that are archived. */
export interface ArchiveContext extends HourContext {
  readonly listenings: Listenings
}

/** @throws OperatorError with exit code 2 on a server that has no vault */
export function hourContext(
  settings: Settings,
  world: Pick<HourContext, 'version' | 'clock' | 'log' | 'signal'>,
): HourContext {
  const { server, spool, vault, process } = settings
  if (!vault)
    throw new OperatorError(
      `${settings.file} is of server ${server.number}, which has no vault: hours are processed on server 1`,
      { exitCode: ExitCode.usage },
    )
  const first = { server: 1, folder: spool.folder, setting: '[spool] folder' } as const
  return {
    redundant: server.redundant,
    spools:
      spool.server2Folder === undefined
        ? [first]
        : [first, { server: 2, folder: spool.server2Folder, setting: '[spool] server_2_folder' }],
    vault,
    stateFolder: server.stateFolder,
    lateMs: spool.lateMs,
    waitMs: process.waitForServerMs,
    passedOver: new PassedOver(world.log),
    ...world,
  }
}
