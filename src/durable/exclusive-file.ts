import { accessSync, constants } from 'node:fs'
import process from 'node:process'
import type * as Sqlite from 'node:sqlite'
import { errorCode, errorText, OperatorError } from '../operator-error.js'

/** A file that is held against everybody else. */
export interface Held {
  release(): void
}

/** Primary result codes of SQLite. */
const BUSY = 5
const READ_ONLY = 8
const CANT_OPEN = 14
const NO_DATABASE = 26

/** The garbage collector must not close one that is held. */
const heldDatabases = new Set<Sqlite.DatabaseSync>()

/**
 * Hold a file against everybody else, this process' other callers too. Node has no call that locks a file; an exclusive
 * transaction of SQLite on it is a lock by fcntl. Nothing is written to it. Never waits.
 * @throws OperatorError where it can't be locked
 */
export function holdExclusively(path: string): Held | 'busy' | 'read-only' {
  let database: Sqlite.DatabaseSync | undefined
  try {
    database = new (sqlite().DatabaseSync)(path, { timeout: 0 })
    // On a file that can be read only, SQLite would begin a transaction that excludes nobody: to change something shows it.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE; PRAGMA user_version = 1')
  } catch (error) {
    database?.close()
    return withoutHold(path, error)
  }
  const held = database
  heldDatabases.add(held)
  return {
    release: () => {
      if (heldDatabases.delete(held)) held.close()
    },
  }
}

function withoutHold(path: string, error: unknown): 'busy' | 'read-only' {
  const code = primaryCode(error)
  if (code === undefined) throw error
  if (code === BUSY) return 'busy'
  const refusal = code === READ_ONLY || code === CANT_OPEN ? refusalToWrite(path) : undefined
  if (refusal === 'EROFS') return 'read-only'
  if (code === NO_DATABASE)
    throw new OperatorError(`${path} is no lock file of this program: remove it when nothing works in its folder`)
  throw new OperatorError(
    `${path} can't be locked (${refusal ?? errorText(error)}): it must belong to the user that this command runs as`,
    { cause: error },
  )
}

function primaryCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | undefined)?.errcode
  return typeof code === 'number' ? code & 0xff : undefined
}

function refusalToWrite(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK | constants.W_OK)
    return undefined
  } catch (error) {
    // A lock file that could not be made on a disk mounted read-only is not there.
    return errorCode(error) === 'ENOENT' ? 'EROFS' : errorCode(error)
  }
}

/** Node 22 warns at its first use that SQLite is experimental; no operator needs to read that. */
function sqlite(): typeof Sqlite {
  const emitWarning = process.emitWarning.bind(process)
  process.emitWarning = () => undefined
  try {
    return process.getBuiltinModule('node:sqlite')
  } finally {
    process.emitWarning = emitWarning
  }
}
