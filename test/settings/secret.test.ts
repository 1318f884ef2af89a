import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkPrivate, readSecret, type SecretSource } from '../../src/settings/secret.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const token: Omit<SecretSource, 'file' | 'env'> = { name: 'x_bearer_token', setting: '[x] bearer_token_file' }

async function secretFile(folder: string, text: string, mode = 0o600): Promise<string> {
  const path = join(folder, 'token')
  await rm(path, { force: true })
  await writeFile(path, text)
  await chmod(path, mode)
  return path
}

test('a secret comes from its file, without blanks around it', async () => {
  await using folder = await temporaryFolder()
  const file = await secretFile(folder.path, '  s3cret\n')
  expect(await readSecret({ ...token, file, env: {} })).toBe('s3cret')
})

test('the variable comes before the credential, and the credential before the file', async () => {
  await using folder = await temporaryFolder()
  const file = await secretFile(folder.path, 'from-file')
  const env: NodeJS.ProcessEnv = { CREDENTIALS_DIRECTORY: join(folder.path, 'credentials') }
  await mkdir(join(folder.path, 'credentials'))
  expect(await readSecret({ ...token, file, env })).toBe('from-file')
  const credential = join(folder.path, 'credentials', 'x-bearer-token')
  await writeFile(credential, '')
  expect(await readSecret({ ...token, file, env })).toBe('from-file')
  await writeFile(credential, 'from-systemd\n')
  expect(await readSecret({ ...token, file, env })).toBe('from-systemd')
  env['COLLECTOR_X_BEARER_TOKEN'] = 'from-variable'
  expect(await readSecret({ ...token, file, env })).toBe('from-variable')
})

test.each([0o640, 0o604, 0o620, 0o644])('a file of mode %o is refused with the command that mends it', async (mode) => {
  await using folder = await temporaryFolder()
  const file = await secretFile(folder.path, 's3cret', mode)
  await expect(readSecret({ ...token, file, env: {} })).rejects.toMatchObject({
    exitCode: 2,
    message: `[x] bearer_token_file: others may use ${file} (its mode is 0${mode.toString(8)}): run chmod 600 ${file}`,
  })
})

test.each([
  ['empty', ' \n', 'is empty'],
  ['of two lines', 's3cret\nmore', 'has several lines'],
])('a file that is %s is refused, and never shown', async (_, text, fault) => {
  await using folder = await temporaryFolder()
  const file = await secretFile(folder.path, text)
  const error: unknown = await readSecret({ ...token, file, env: {} }).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ exitCode: 2, message: expect.stringContaining(`${file} ${fault}`) as string })
  expect(String(error)).not.toContain('s3cret')
})

test('a file that is not there, and a secret that is nowhere, are one clear line each', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'none')
  await expect(readSecret({ ...token, file, env: {} })).rejects.toMatchObject({
    exitCode: 2,
    message: `[x] bearer_token_file: there is no file ${file}: create it, or correct the setting`,
  })
  await expect(readSecret({ ...token, file: undefined, env: {} })).rejects.toMatchObject({
    exitCode: 2,
    message:
      'there is no x bearer token: put it into a file and set [x] bearer_token_file, or set $COLLECTOR_X_BEARER_TOKEN',
  })
})

test('a private key is checked by the same rule', async () => {
  await using folder = await temporaryFolder()
  await checkPrivate(await secretFile(folder.path, 'key', 0o400), '[sync] private_key_file')
  const open = await secretFile(folder.path, 'key', 0o644)
  await expect(checkPrivate(open, '[sync] private_key_file')).rejects.toThrow(`run chmod 600 ${open}`)
})

test.each([
  ['a BOM and CRLF', '\ufeffs3cret\r\n', 's3cret'],
  ['a last line without an end', 's3cret', 's3cret'],
])('a file with %s is read', async (_, text, secret) => {
  await using folder = await temporaryFolder()
  expect(await readSecret({ ...token, file: await secretFile(folder.path, text), env: {} })).toBe(secret)
})

test.each([
  ['UTF-16', Buffer.from('s3cret', 'utf16le').toString('latin1'), 'its character 2 of'],
  ['a blank inside', 's3 cret', 'its character 3 of 7'],
  ['a letter that no token has', 's3crét', 'its character 5 of 6'],
])('a token with %s is told by its place, and never shown', async (_, text, fault) => {
  await using folder = await temporaryFolder()
  const error: unknown = await readSecret({ ...token, file: await secretFile(folder.path, text), env: {} }).catch(
    (e: unknown) => e,
  )
  expect(error).toMatchObject({ exitCode: 2, message: expect.stringContaining(fault) as string })
  expect(String(error)).not.toContain('s3')
})

test('a folder, a device and an endless file are told as what they are', async () => {
  await using folder = await temporaryFolder()
  await expect(readSecret({ ...token, file: folder.path, env: {} })).rejects.toThrow('is a folder: name the file in it')
  await expect(readSecret({ ...token, file: '/dev/zero', env: {} })).rejects.toThrow('is no regular file')
  const large = await secretFile(folder.path, 'x'.repeat(100_000))
  await expect(readSecret({ ...token, file: large, env: {} })).rejects.toThrow('has 100000 bytes')
})
