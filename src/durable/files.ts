import { close, createReadStream as readStream, open as openFile, read, type ReadStream } from 'node:fs'
import * as files from 'node:fs/promises'
import { dueFault, isDiskWatched } from './disk-fault.js'
import { traced, type DiskOp } from './disk-trace.js'

/**
 * The calls of `node:fs/promises` that this program uses, under their names and with their contracts. All of it goes
 * through here, so that a test can have each call fail in turn; the linter lets nobody else import `node:fs`.
 */
export { constants, type FileHandle } from 'node:fs/promises'

export const readFile = failing('read', files.readFile)
export const readdir = failing('list', files.readdir)
export const stat = failing('stat', files.stat)
export const lstat = failing('stat', files.lstat)
export const statfs = failing('stat', files.statfs)
export const access = failing('stat', files.access)
export const rm = failing('remove', files.rm)
export const mkdir = failing('create-folder', files.mkdir)
export const link = failing('link', files.link)

/** Not on the disk before its folder is synced; of a file, its content must have been synced before. */
export async function rename(from: string, to: string): Promise<void> {
  throwDueFault('rename', from)
  await files.rename(from, to)
  traced({ op: 'rename', path: from, to })
}

/** As in `node:fs/promises`; what is then done with the file can be made to fail as well. */
export const open: typeof files.open = async (path, flags, mode) => {
  const makes = typeof flags === 'number' ? (flags & files.constants.O_CREAT) !== 0 : /[wa]/.test(flags ?? 'r')
  throwDueFault(makes ? 'create' : 'open', String(path))
  const handle = await files.open(path, flags, mode)
  return isDiskWatched() ? watched(handle, String(path)) : handle
}

export function createReadStream(
  path: string,
  range: { start?: number; end?: number; highWaterMark?: number; encoding?: 'utf8' } = {},
): ReadStream {
  return readStream(path, {
    ...range,
    fs: {
      open: ((...args: Parameters<typeof openFile>) => {
        if (!fail('open', path, args.at(-1))) openFile(...args)
      }) as typeof openFile,
      read: ((...args: Parameters<typeof read>) => {
        if (!fail('read', path, args.at(-1))) read(...args)
      }) as typeof read,
      close,
    },
  })
}

/** Answers whether `callback` was given the fault that is due. */
function fail(op: DiskOp, path: string, callback: unknown): boolean {
  const fault = dueFault(op, path)
  if (fault) (callback as (fault: Error) => void)(fault)
  return fault !== undefined
}

const OPS_OF_HANDLES: Readonly<Record<string, DiskOp>> = {
  ...{ read: 'read', readFile: 'read', stat: 'stat', truncate: 'truncate', sync: 'sync', datasync: 'sync' },
  ...{ write: 'write', writeFile: 'write', appendFile: 'write' },
}

function watched(handle: files.FileHandle, path: string): files.FileHandle {
  for (const [name, op] of Object.entries(OPS_OF_HANDLES)) {
    const call = handle[name as 'read'].bind(handle) as (...args: unknown[]) => Promise<unknown>
    Object.assign(handle, {
      [name]: async (...args: unknown[]) => {
        throwDueFault(op, path)
        return call(...args)
      },
    })
  }
  return handle
}

const TRACED: readonly DiskOp[] = ['remove', 'remove-folder', 'link']

function failing<Call extends (path: string, ...rest: never[]) => Promise<unknown>>(op: DiskOp, call: Call): Call {
  const guarded = async (path: string, ...rest: never[]) => {
    throwDueFault(op, path)
    const result = await call(path, ...rest)
    if (TRACED.includes(op)) traced({ op, path })
    return result
  }
  return guarded as Call
}

function throwDueFault(op: DiskOp, path: string): void {
  const fault = dueFault(op, path)
  if (fault) throw fault
}
