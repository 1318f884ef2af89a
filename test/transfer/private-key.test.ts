import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readPrivateKey } from '../../src/transfer/private-key.js'
import { ed25519KeyPair } from '../../src/simulator/sftp/key-pair.js'
import { temporaryFolder } from '../support/temporary-folder.js'

test("systemd's credential comes before the file, which then need not be readable; an empty one stands for none", async () => {
  await using folder = await temporaryFolder()
  const [handed, own] = [ed25519KeyPair().private, ed25519KeyPair().private]
  const file = join(folder.path, 'sync-key')
  const env = { CREDENTIALS_DIRECTORY: join(folder.path, 'credentials') }
  await mkdir(env.CREDENTIALS_DIRECTORY)
  await writeFile(join(env.CREDENTIALS_DIRECTORY, 'sync-key'), '\n')
  await writeFile(file, own, { mode: 0o600 })
  expect(await readPrivateKey(file, env)).toBe(own)
  await writeFile(join(env.CREDENTIALS_DIRECTORY, 'sync-key'), handed)
  expect(await readPrivateKey('/nowhere/sync-key', env)).toBe(handed.trim())
  expect(await readPrivateKey(file, {})).toBe(own)
})
