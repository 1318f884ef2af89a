import { createHash } from 'node:crypto'

/** A server's public key as it shows it: a type, and a fingerprint as `ssh-keygen -lf` prints it. */
export interface HostKey {
  readonly type: string
  readonly fingerprint: string
}

/** Read a key in SSH's wire form, which begins with its type's length and name (RFC 4253, 6.6). */
export function readHostKey(blob: Buffer): HostKey {
  const type = blob.toString('latin1', 4, 4 + blob.readUInt32BE())
  const fingerprint = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')
  return { type, fingerprint: `SHA256:${fingerprint}` }
}
