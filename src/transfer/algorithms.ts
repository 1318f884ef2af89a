import type { Algorithms, ServerHostKeyAlgorithm } from 'ssh2'

/**
 * What this side offers, best first: all that ssh2 has and nobody has broken. AES-GCM needs no MAC of its own, and OpenSSL
 * does it in hardware; ssh2 does ChaCha20 slowly, so that it comes last.
 */
export const ALGORITHMS = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group-exchange-sha256',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group14-sha256',
  ],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
    'chacha20-poly1305@openssh.com',
  ],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
} satisfies Algorithms

/** A key's type as it names itself -> the algorithms that sign with it. */
const HOST_KEY_ALGORITHMS: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
}

/** The algorithms that make a server show a host key of another type than `shown`; none where all types were shown. */
export const hostKeyAlgorithms = (shown: readonly string[] = []): ServerHostKeyAlgorithm[] =>
  Object.entries(HOST_KEY_ALGORITHMS).flatMap(([type, algorithms]) => (shown.includes(type) ? [] : algorithms))
