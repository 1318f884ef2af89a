import { close, createReadStream as readStream, fstat, open as openFile, read, type ReadStream } from 'node:fs'
import * as files from 'node:fs/promises'
import { errorCode } from '../operator-error.js'
import { dueFault } from './disk-fault.js'
import { traced, type DiskOp } from './disk-trace.js'
import { named, naming } from './named-fault.js'
import { NoFileError, noFile } from './no-file.js'

/** To read: a pipe without a writer must not hold us up, nor a terminal take us. */
const TO_READ = files.constants.O_RDONLY | files.constants.O_NONBLOCK | files.constants.O_NOCTTY
/** No file that is read whole has as much. */
const MOST_BYTES = 256 << 20

/**
 * The calls of `node:fs/promises` that this program uses, under their names and with their contracts. All of it goes
 * through here, so that a test can have each call fail in turn; the linter lets nobody else import `node:fs`.
 */
export { constants, type FileHandle } from 'node:fs/promises'

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

/**
 * As in `node:fs/promises`; what is then done with the file can be made to fail as well, and what fails names the file.
 * @throws NoFileError where something else than a file is to be read
 */
export const open: typeof files.open = async (path, flags, mode) => {
  const makes = typeof flags === 'number' ? (flags & files.constants.O_CREAT) !== 0 : /[wa]/.test(flags ?? 'r')
  throwDueFault(makes ? 'create' : 'open', String(path))
  return watched(await (makes ? files.open(path, flags, mode) : openToRead(String(path))), String(path))
}

/** Open whatever lies there to read it, also a pipe or a device, for which it may wait. */
export async function openAny(path: string): Promise<files.FileHandle> {
  throwDueFault('open', path)
  return files.open(path)
}

/** The whole text of whatever lies there, also of a pipe, for which it may wait. */
export async function readAny(path: string): Promise<string> {
  const handle = await openAny(path)
  try {
    return await naming(path, () => handle.readFile('utf8'))
  } finally {
    await handle.close()
  }
}

async function openToRead(path: string): Promise<files.FileHandle> {
  const handle = await files.open(path, TO_READ).catch((error: unknown) => {
    throw errorCode(error) === 'ENXIO' ? new NoFileError(path, 'is a socket') : error
  })
  const fault = noFile(path, await handle.stat())
  if (!fault) return handle
  await handle.close()
  throw fault
}

/** The whole text of a file. @throws NoFileError where it is none, or larger than 256 MiB */
export async function readFile(path: string, encoding: 'utf8'): Promise<string> {
  throwDueFault('read', path)
  const handle = await openToRead(path)
  try {
    const { size } = await handle.stat()
    if (size > MOST_BYTES) throw new NoFileError(path, `has ${size} bytes`)
    return await naming(path, () => handle.readFile(encoding))
  } finally {
    await handle.close()
  }
}

export function createReadStream(
  path: string,
  range: { start?: number; end?: number; highWaterMark?: number; encoding?: 'utf8' } = {},
): ReadStream {
  return readStream(path, {
    ...range,
    fs: {
      open: ((...args: Parameters<typeof openFile>) => {
        if (!fail('open', path, args.at(-1))) openCheckedly(path, args.at(-1) as OpenCallback)
      }) as typeof openFile,
      read: ((...args: Parameters<typeof read>) => {
        if (!fail('read', path, args.at(-1))) read(...namingArguments(path, args))
      }) as typeof read,
      close,
    },
  })
}

type OpenCallback = (error: Error | null, descriptor?: number) => void

function openCheckedly(path: string, callback: OpenCallback): void {
  openFile(path, TO_READ, (error, descriptor) => {
    if (error) callback(error)
    else
      fstat(descriptor, (error, stats) => {
        const fault = error ?? noFile(path, stats)
        if (fault)
          close(descriptor, () => {
            callback(fault)
          })
        else callback(null, descriptor)
      })
  })
}

/** With a last one, the callback, that is given errors with the file's path. */
function namingArguments(path: string, args: Parameters<typeof read>): Parameters<typeof read> {
  const callback = args.at(-1) as (error: Error | null, ...rest: unknown[]) => void
  const namingCallback = (error: Error | null, ...rest: unknown[]) => {
    callback(error && (named(error, path) as Error), ...rest)
  }
  return [...args.slice(0, -1), namingCallback] as unknown as Parameters<typeof read>
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
        return naming(path, () => call(...args))
      },
    })
  }
  const close = handle.close.bind(handle)
  return Object.assign(handle, { close: () => naming(path, close) })
}

const TRACED: readonly DiskOp[] = ['remove', 'remove-folder', 'link']

function failing<Call extends (path: string, ...rest: never[]) => Promise<unknown>>(op: DiskOp, call: Call): Call {
  const guarded = async (path: string, ...rest: never[]) => {
    throwDueFault(op, path)
    const result = await naming(path, () => call(path, ...rest))
    if (TRACED.includes(op)) traced({ op, path })
    return result
  }
  return guarded as Call
}

function throwDueFault(op: DiskOp, path: string): void {
  const fault = dueFault(op, path)
  if (fault) throw fault
}
