import { createSecretKey } from 'node:crypto'
import type { Client } from 'ssh2'

/** Where ssh2 1.17 keeps the keys of an AES-GCM session; its types leave that out. */
interface Session {
  readonly _protocol?: {
    readonly _cipher?: { _encKey?: unknown }
    readonly _decipher?: { _decipherKey?: unknown }
  }
}

/**
 * Prepare the keys of both directions, once they have been agreed upon. ssh2 makes a new cipher for every packet of
 * AES-GCM, and Node takes longer to read a key from bytes each time than to encrypt the packet. Returns how many of the
 * two were found: where ssh2 keeps them elsewhere, nothing changes but the speed.
 */
export function prepareKeys(ssh: Client): number {
  const { _cipher: cipher, _decipher: decipher } = (ssh as unknown as Session)._protocol ?? {}
  const keys = [prepared(cipher?._encKey), prepared(decipher?._decipherKey)]
  if (cipher && keys[0]) cipher._encKey = keys[0]
  if (decipher && keys[1]) decipher._decipherKey = keys[1]
  return keys.filter((key) => key !== undefined).length
}

const prepared = (key: unknown) => (key instanceof Uint8Array ? createSecretKey(key) : undefined)
