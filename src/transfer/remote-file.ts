import { createReadStream } from '../durable/files.js'
import { posix } from 'node:path'
import { PART } from '../durable/whole-file.js'
import { OperatorError } from '../operator-error.js'
import type { RemoteSpool } from './remote-spool.js'
import { addressOf, isMissing, isUnsupported, RefusedFileError, Status, statusOf } from './sync-fault.js'

const FILE_MODE = 0o640
/** Read at once, and under way at once: enough for 30 MB/s over a line of 30 ms. */
const CHUNK_BYTES = 1 << 20
/** What one WRITE carries; OpenSSH takes up to 255 KiB, and ssh2 cuts it smaller for servers that don't say so. */
const WRITE_BYTES = 128 << 10
/** Less free than this on server 1, and a write that fails for no stated reason fails because the disk is full. */
const FULL_BYTES = 4 << 20

/** What is to lie on server 1: the first `bytes` of a local file, or a text. */
export type Source = { readonly path: string; readonly bytes: number } | string

/**
 * Put a file in its place on server 1: written to `.part`, synced and measured there, then renamed, so that nobody sees
 * it half. A run that breaks off leaves at most the `.part`, which the next one writes over. Mode 0640.
 * @throws OperatorError where server 1 won't take it; RefusedFileError where that concerns this file alone
 */
export async function sendFile(remote: RemoteSpool, source: Source, path: string): Promise<void> {
  const part = path + PART
  const handle = await openInFolder(remote, part)
  try {
    await fill(remote, handle, source, part)
  } catch (error) {
    await close(remote, handle, part).catch(() => undefined)
    throw error
  }
  await close(remote, handle, part)
  await replace(remote, part, path)
}

async function openInFolder(remote: RemoteSpool, part: string): Promise<Buffer> {
  const folder = posix.dirname(part)
  const open = () =>
    remote.ask<Buffer>('write', part, (done) => {
      remote.connection.sftp.open(remote.at(part), 'w', { mode: FILE_MODE }, done)
    })
  await remote.makeFolder(folder)
  try {
    return await open()
  } catch (error) {
    if (!isMissing(error)) throw error
    await remote.makeFolderAgain(folder)
    return open()
  }
}

async function fill(remote: RemoteSpool, handle: Buffer, source: Source, part: string): Promise<void> {
  const bytes = await write(remote, handle, source, part)
  // Asked for at once, and answered in this order.
  const [, , { size }] = await Promise.all([
    setMode(remote, handle, part),
    sync(remote, handle, part),
    measure(remote, handle, part),
  ])
  if (size !== bytes)
    throw new RefusedFileError(
      `${addressOf(remote.connection.settings)} has ${size} bytes of ${remote.at(part)}, ${bytes} were sent: ` +
        `check its disk; the file is sent again`,
    )
}

const setMode = (remote: RemoteSpool, handle: Buffer, part: string): Promise<unknown> =>
  remote.ask('set the mode of', part, (done) => {
    remote.connection.sftp.fchmod(handle, FILE_MODE, done as () => void)
  })

const measure = (remote: RemoteSpool, handle: Buffer, part: string): Promise<{ size: number }> =>
  remote.ask('measure', part, (done) => {
    remote.connection.sftp.fstat(handle, done)
  })

/** Send the content, and wait until server 1 has confirmed all of it. Returns how many bytes that were. */
async function write(remote: RemoteSpool, handle: Buffer, source: Source, part: string): Promise<number> {
  let offset = 0
  for await (const chunk of chunksOf(source)) {
    const pieces = Array.from({ length: Math.ceil(chunk.length / WRITE_BYTES) }, (_, index) => index * WRITE_BYTES)
    const start = offset
    await Promise.all(
      pieces.map((from) =>
        remote.ask<unknown>('write', part, (done) => {
          const length = Math.min(WRITE_BYTES, chunk.length - from)
          remote.connection.sftp.write(handle, chunk, from, length, start + from, done as () => void)
        }),
      ),
    ).catch((error: unknown) => explainWrite(remote, error, part))
    offset += chunk.length
  }
  return offset
}

function chunksOf(source: Source): AsyncIterable<Buffer> | Buffer[] {
  if (typeof source === 'string') return [Buffer.from(source)]
  if (source.bytes === 0) return []
  return createReadStream(source.path, { highWaterMark: Math.min(CHUNK_BYTES, source.bytes), end: source.bytes - 1 })
}

/** SFTP has no status for a full disk: it is told from the free space, where the server tells that. */
async function explainWrite(remote: RemoteSpool, error: unknown, part: string): Promise<never> {
  const failed = error instanceof RefusedFileError && statusOf(error) === Status.FAILURE
  const free = failed ? await remote.freeBytes() : undefined
  if (!failed || (free !== undefined && free > FULL_BYTES)) throw error
  const address = addressOf(remote.connection.settings)
  throw new OperatorError(
    `${address} can't take ${remote.at(part)}: its disk is full, or the quota of user ` +
      `${remote.connection.settings.user} reached (${free ?? 'an unknown number of'} bytes free): make room there; nothing is lost`,
    { cause: error },
  )
}

/** Ask for fsync, where the server can. */
async function sync(remote: RemoteSpool, handle: Buffer, part: string): Promise<void> {
  try {
    await remote.ask('sync', part, (done) => {
      remote.connection.sftp.ext_openssh_fsync(handle, done)
    })
  } catch (error) {
    if (!isUnsupported(error)) throw error
  }
}

const close = (remote: RemoteSpool, handle: Buffer, part: string): Promise<unknown> =>
  remote.ask('close', part, (done) => {
    remote.connection.sftp.close(handle, done as () => void)
  })

/** Rename over whatever lies there; where the server can't do that at once, it is removed before. */
async function replace(remote: RemoteSpool, from: string, to: string): Promise<void> {
  const { client } = remote.connection
  try {
    await remote.answer('rename', to, client.posixRename(remote.at(from), remote.at(to)))
  } catch (error) {
    if (!isUnsupported(error)) throw error
    await remote.remove(to)
    await remote.answer('rename', to, client.rename(remote.at(from), remote.at(to)))
  }
}
