import { generateKeyPairSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { describe, expect, test } from 'vitest'
import { ed25519KeyPair } from '../../src/simulator/sftp/key-pair.js'
import { readPrivateKey } from '../../src/transfer/private-key.js'
import { temporaryFolder } from '../support/temporary-folder.js'

async function read(text: string | Buffer): Promise<string> {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'key')
  await writeFile(path, text, { mode: 0o600 })
  return await readPrivateKey(path, {})
}

const pkcs8 = (options: object = {}) => ({ type: 'pkcs8', format: 'pem', ...options }) as const

describe('a private key as openssl writes it (PKCS#8)', () => {
  test.each([
    ['ed25519', generateKeyPairSync('ed25519')],
    ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['ECDSA', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ])('is read: %s', async (_, { privateKey, publicKey }) => {
    const key = ssh2.utils.parseKey(await read(privateKey.export(pkcs8()).toString()))
    if (key instanceof Error) throw key
    expect(key.isPrivateKey()).toBe(true)
    expect(key.verify(Buffer.from('text'), key.sign(Buffer.from('text')))).toBe(true)
    expect(key.getPublicPEM().replaceAll(/\s/g, '')).toBe(
      publicKey.export({ type: 'spki', format: 'pem' }).toString().replaceAll(/\s/g, ''),
    )
  })

  test('is told to have its passphrase taken off by openssl', async () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const text = privateKey.export(pkcs8({ cipher: 'aes-256-cbc', passphrase: 'secret words' })).toString()
    await expect(read(text)).rejects.toThrow(/wants a passphrase: take it off with openssl pkey -in .*key -out/)
  })

  test('of a kind that SSH has not is none', async () => {
    const { privateKey } = generateKeyPairSync('x25519')
    await expect(read(privateKey.export(pkcs8()).toString())).rejects.toThrow(/is no private key: make one with/)
  })
})

test('line ends of Windows and a byte order mark do no harm', async () => {
  const { private: text } = ed25519KeyPair()
  expect(await read(`\uFEFF${text.replaceAll('\n', '\r\n')}`)).toBe(text)
})

test.each([
  ['PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n', /is a PuTTY key: .*puttygen .* -O private-openssh-new/],
  [ed25519KeyPair().public, /is a public key: name the private half/],
  ['---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n', /ssh\.com's form/],
  ['-----BEGIN CERTIFICATE-----\n', /is a certificate of TLS/],
  ['-----BEGIN DSA PRIVATE KEY-----\n', /is a DSA key/],
  ['-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,AA\n', /wants a passphrase/],
  ['', /is no private key: make one with ssh-keygen/],
])('what is something else is named (%#)', async (text, message) => {
  await expect(read(text)).rejects.toThrow(message)
})
