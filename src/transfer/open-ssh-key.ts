import type { KeyObject } from 'node:crypto'

/** How many bytes the private half is padded to where nothing encrypts it. */
const BLOCK_BYTES = 8

/** An ed25519 private key in OpenSSH's own form (PROTOCOL.key of its sources), without a passphrase: ssh2 knows no other for it. */
export function openSshKey(key: KeyObject): string {
  const { x = '', d = '' } = key.export({ format: 'jwk' })
  const [publicBytes, seed] = [Buffer.from(x, 'base64url'), Buffer.from(d, 'base64url')]
  const type = Buffer.from('ssh-ed25519')
  const publicHalf = Buffer.concat([string(type), string(publicBytes)])
  // Twice the same number, by which a decryption would be checked.
  const check = Buffer.alloc(8)
  const privateHalf = Buffer.concat([
    check,
    publicHalf,
    string(Buffer.concat([seed, publicBytes])),
    string(Buffer.alloc(0)),
  ])
  const none = string(Buffer.from('none'))
  const blob = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    ...[none, none, string(Buffer.alloc(0)), uint32(1)],
    string(publicHalf),
    string(padded(privateHalf)),
  ])
  const lines = blob.toString('base64').replace(/.{70}/g, '$&\n')
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`
}

/** Padded with 1, 2, 3, … */
function padded(bytes: Buffer): Buffer {
  const missing = (BLOCK_BYTES - (bytes.length % BLOCK_BYTES)) % BLOCK_BYTES
  return Buffer.concat([bytes, Buffer.from(Array.from({ length: missing }, (_, index) => index + 1))])
}

const string = (bytes: Buffer): Buffer => Buffer.concat([uint32(bytes.length), bytes])

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
