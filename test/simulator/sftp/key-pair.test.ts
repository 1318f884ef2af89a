import ssh2 from 'ssh2'
import { expect, test } from 'vitest'
import { ed25519KeyPair, type KeyPair } from '../../../src/simulator/sftp/key-pair.js'

const { utils } = ssh2

test('a key pair that ssh2 made without its leading zero is not handed out', () => {
  const malformed = malformedPair()
  const made = [malformed, malformed, ed25519KeyPair()]
  const pair = ed25519KeyPair({}, () => made.shift() ?? malformed)
  expect(made).toEqual([])
  expect([pair.public, pair.private].some((text) => utils.parseKey(text) instanceof Error)).toBe(false)
})

/** What ssh2 makes of a public key of 31 bytes. */
function malformedPair(): KeyPair {
  const name = Buffer.from('ssh-ed25519')
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes])
  const text = Buffer.concat([field(name), field(Buffer.alloc(31, 7))]).toString('base64')
  const pair = { public: `ssh-ed25519 ${text}`, private: '' }
  expect(utils.parseKey(pair.public)).toBeInstanceOf(Error)
  return pair
}
