import { createReadStream } from '../durable/files.js'
import { posix } from 'node:path'
import { PART } from '../durable/whole-file.js'
import { remoteRoom } from './remote-room.js'
import type { RemoteSpool } from './remote-spool.js'
import {
  ConnectionLostError,
  isMissing,
  isRefused,
  mayBeFull,
  NoRoomError,
  RefusedFileError,
  saysFull,
  WriteRefusedError,
} from './sync-fault.js'

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
 * it half. What is refused leaves nothing there; a connection that is lost leaves the `.part`, which the next run writes over. Mode 0640, where
 * the server lets it be set.
 * @throws RefusedFileError where server 1 won't take it; NoRoomError where that is for want of room
 */
export async function sendFile(remote: RemoteSpool, source: Source, path: string): Promise<void> {
  const part = path + PART
  const handle = await openInFolder(remote, part).catch((error: unknown) => explained(remote, error, part, false))
  try {
    await fill(remote, handle, source, part)
    await replace(remote, part, path)
  } catch (error) {
    // Its room may be what another file wants.
    if (!(error instanceof ConnectionLostError)) await remote.remove(part).catch(() => undefined)
    throw error
  }
}

async function openInFolder(remote: RemoteSpool, part: string): Promise<Buffer> {
  const folder = posix.dirname(part)
  const open = () => remote.requests.open(part, 'w', FILE_MODE)
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
  const { requests } = remote
  let bytes: number
  let size: number | undefined
  try {
    bytes = await write(remote, handle, source, part)
    // Asked for at once, and answered in this order.
    const [, , measured] = await Promise.all([
      setMode(remote, handle, part),
      remote.optional('sync', () => requests.sync(handle, part)),
      remote.optional('measure', () => requests.measure(handle, part)),
    ])
    size = measured?.size
  } catch (error) {
    await requests.close(handle, part).catch(() => undefined)
    throw error
  }
  await requests.close(handle, part).catch((error: unknown) => explained(remote, error, part, true))
  if (size !== bytes) await checkSize(remote, part, bytes)
}

/** Some servers know no size while a file is open, or the one that it had. */
async function checkSize(remote: RemoteSpool, part: string, bytes: number): Promise<void> {
  const { size } = await remote.requests.lookAt(part)
  if (size === bytes) return
  const what = size === undefined ? `tells no size of ${remote.at(part)}` : `has ${size} bytes of ${remote.at(part)}`
  const advice =
    size === undefined
      ? "whether it is whole there can't be known, so that it stays here; use another SFTP server"
      : 'check its disk; the file is sent again'
  throw new RefusedFileError(`${remote.address} ${what}, ${bytes} were sent: ${advice}`)
}

/** An administrator may have switched off one way or both: the file keeps the mode that it was opened with. */
async function setMode(remote: RemoteSpool, handle: Buffer, part: string): Promise<void> {
  const { requests } = remote
  const set = async () => {
    await requests.setMode(handle, FILE_MODE, part)
    return true
  }
  const isSet = await remote.optional('mode', set)
  if (isSet !== true) await remote.optional('mode by path', () => requests.setModeOf(part, FILE_MODE))
}

/** Send the content, and wait until server 1 has confirmed all of it. Returns how many bytes that were. */
async function write(remote: RemoteSpool, handle: Buffer, source: Source, part: string): Promise<number> {
  let offset = 0
  for await (const chunk of chunksOf(source)) {
    const starts = Array.from({ length: Math.ceil(chunk.length / WRITE_BYTES) }, (_, index) => index * WRITE_BYTES)
    await Promise.all(
      starts.map((start) =>
        remote.requests.write(handle, chunk.subarray(start, start + WRITE_BYTES), offset + start, part),
      ),
    ).catch((error: unknown) => explained(remote, error, part, true))
    offset += chunk.length
  }
  return offset
}

function chunksOf(source: Source): AsyncIterable<Buffer> | Buffer[] {
  if (typeof source === 'string') return [Buffer.from(source)]
  if (source.bytes === 0) return []
  return createReadStream(source.path, { highWaterMark: Math.min(CHUNK_BYTES, source.bytes), end: source.bytes - 1 })
}

/**
 * SFTP has no status for a full disk: it is told from the server's words, or from the free space. `inDoubt`: what to think where
 * neither is known.
 */
async function explained(remote: RemoteSpool, error: unknown, part: string, inDoubt: boolean): Promise<never> {
  if (!isRefused(error) || !mayBeFull(error)) throw error
  const free = (await remoteRoom(remote))?.freeBytes
  const isFull = saysFull(error) || (free === undefined ? inDoubt : free <= FULL_BYTES)
  if (!isFull) throw error instanceof Error ? new WriteRefusedError(error.message, { cause: error }) : error
  const { user } = remote.requests.connection.settings
  throw new NoRoomError(
    `${remote.address} can't take ${remote.at(part)}: its disk is full, or the quota of user ` +
      `${user} reached (${free ?? 'an unknown number of'} bytes free): make room there; nothing is lost`,
    { cause: error },
  )
}

/**
 * Rename over whatever lies there. Where the server can't do that at once, by the protocol's own renaming; where that
 * refuses because something lies there, that is removed before.
 */
async function replace(remote: RemoteSpool, from: string, to: string): Promise<void> {
  const { requests } = remote
  const isDone = await remote.optional('rename over', async () => {
    await requests.renameOver(from, to)
    return true
  })
  if (isDone === true) return
  try {
    await requests.rename(from, to)
  } catch (error) {
    if (!isRefused(error)) throw error
    await remote.remove(to).catch((refused: unknown) => {
      throw isRefused(refused) ? error : refused
    })
    await requests.rename(from, to)
  }
}
