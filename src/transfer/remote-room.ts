import type { RemoteSpool } from './remote-spool.js'
import { isRefused } from './sync-fault.js'

/** Of server 1's disk, this share is left free, but no more than the bytes: process-hour writes there too. */
const RESERVE_SHARE = 0.05
const RESERVE_BYTES = 256 << 20

/** Room on server 1's disk. */
export interface RemoteRoom {
  /** What the account may still write. */
  readonly freeBytes: number
  /** What of it is to be left. */
  readonly reserveBytes: number
}

/** `undefined` where the server doesn't tell: the protocol has no such request, and OpenSSH's extension is advice only. */
export async function remoteRoom(remote: RemoteSpool): Promise<RemoteRoom | undefined> {
  try {
    const { f_frsize, f_blocks, f_bavail } = await remote.requests.space('.')
    const [freeBytes, allBytes] = [f_frsize * f_bavail, f_frsize * f_blocks]
    if (!isCount(freeBytes) || !isCount(allBytes) || freeBytes > allBytes || allBytes === 0) return undefined
    return { freeBytes, reserveBytes: Math.min(allBytes * RESERVE_SHARE, RESERVE_BYTES) }
  } catch (error) {
    if (!isRefused(error)) throw error
    return undefined
  }
}

const isCount = (number: number): boolean => Number.isFinite(number) && number >= 0
