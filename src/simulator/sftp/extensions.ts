import type { SFTPWrapper } from 'ssh2'
import { StatusError, failure } from './status.js'

/**
 * OpenSSH's extensions (PROTOCOL, section 4 of its sources), which ssh2's server neither announces nor can answer: its
 * VERSION packet is a constant, and it has no EXTENDED_REPLY. This module, and no other, reaches into ssh2 (1.17.0,
 * lib/protocol/SFTP.js) to send both packets by hand.
 */
const ANNOUNCED = [
  ['posix-rename@openssh.com', '1'],
  ['statvfs@openssh.com', '2'],
  ['fsync@openssh.com', '1'],
] as const

const VERSION = 2
const EXTENDED_REPLY = 201

/** What of ssh2's server-side SFTP this module uses beyond its public face. */
interface Internals {
  readonly outgoing: { readonly id: number; window: number }
  readonly _protocol: { channelData(channel: number, data: Buffer): void }
}

/** Make the VERSION packet of a session that was just accepted name the extensions; it is the first that ssh2 sends. */
export function announceExtensions(sftp: SFTPWrapper): void {
  const { outgoing, _protocol: protocol } = sftp as unknown as Internals
  const plain = protocol.channelData.bind(protocol)
  protocol.channelData = (channel, data) => {
    if (channel !== outgoing.id) {
      plain(channel, data)
      return
    }
    // What stood on the prototype shows again.
    Reflect.deleteProperty(protocol, 'channelData')
    const version = packet(VERSION, [uint32(3), ...ANNOUNCED.flat().map(string)])
    outgoing.window -= version.length - data.length
    plain(channel, version)
  }
}

/** Room on a file system, as `statvfs@openssh.com` tells it. */
export interface Space {
  readonly blockBytes: number
  readonly blocks: number
  readonly freeBlocks: number
}

/** @throws StatusError while the client takes nothing more: a reply by hand can't wait in ssh2's queue */
export function replySpace(sftp: SFTPWrapper, request: number, { blockBytes, blocks, freeBlocks }: Space): void {
  const { outgoing, _protocol: protocol } = sftp as unknown as Internals
  const files = [0, 0, 0]
  const [id, flag, longestName] = [0, 0, 255]
  const numbers = [blockBytes, blockBytes, blocks, freeBlocks, freeBlocks, ...files, id, flag, longestName]
  const reply = packet(EXTENDED_REPLY, [uint32(request), ...numbers.map(uint64)])
  if (outgoing.window < reply.length) throw failure()
  outgoing.window -= reply.length
  protocol.channelData(outgoing.id, reply)
}

/** The strings that an EXTENDED request carries after its name. */
export function extensionArguments(data: Buffer | undefined): Buffer[] {
  const strings: Buffer[] = []
  for (let rest = data ?? Buffer.alloc(0); rest.length > 0;) {
    const end = rest.length < 4 ? Infinity : 4 + rest.readUInt32BE()
    if (end > rest.length) throw new StatusError(5, 'Bad message')
    strings.push(rest.subarray(4, end))
    rest = rest.subarray(end)
  }
  return strings
}

const packet = (type: number, parts: Buffer[]): Buffer => string(Buffer.concat([Buffer.from([type]), ...parts]))

function string(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content)
  return Buffer.concat([uint32(bytes.length), bytes])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}
