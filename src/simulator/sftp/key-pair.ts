import ssh2 from 'ssh2'

const { utils } = ssh2

type Options = ssh2.utils.KeyPairOptions
export type KeyPair = ssh2.utils.KeyPairReturn

/**
 * A new ed25519 key pair in OpenSSH's format, by `make`. ssh2 1.17 drops the leading zeros of a public key, so that one pair
 * in 256 is malformed and nobody, ssh2 included, can read it: such a pair is thrown away.
 */
export function ed25519KeyPair(options: Options = {}, make = (): KeyPair => newPair(options)): KeyPair {
  for (;;) {
    const pair = make()
    if (!(utils.parseKey(pair.public) instanceof Error)) return pair
  }
}

const newPair = (options: Options): KeyPair => utils.generateKeyPairSync('ed25519', options)
