import { execFileSync } from 'node:child_process'
import { chmod, chown, copyFile, mkdir, readdir, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import SftpClient from 'ssh2-sftp-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ExitCode, OperatorError } from '../../src/operator-error.js'
import { chrootedAccount, fingerprintByDoc, noAccount, replaceKeys, type ChrootedAccount } from './chrooted-account.js'
import { clientKey, ServerPair } from './server-pair.js'

const reason = noAccount()

describe.skipIf(reason !== undefined)(`the account of docs/server-1-account.md${reason ? ` (${reason})` : ''}`, () => {
  let account: ChrootedAccount

  beforeAll(async () => {
    account = await chrootedAccount()
  })

  afterAll(async () => {
    await account[Symbol.asyncDispose]()
  })

  async function pairWithAccount(): Promise<ServerPair> {
    const { ssh, user, keyFile, remoteFolder } = account
    const pair = await ServerPair.create()
    pair.target = {
      ...pair.target,
      port: ssh.port,
      hostKey: ssh.fingerprint,
      user,
      privateKeyFile: keyFile,
      remoteFolder,
    }
    return pair
  }

  const refusal = async (pair: ServerPair): Promise<string> => {
    const error = await pair.sync().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(OperatorError)
    const { message, exitCode } = error as OperatorError
    expect(message).not.toContain('\n')
    expect(exitCode).toBe(ExitCode.failed)
    return message
  }

  test('takes minutes, which belong to the collector there', async () => {
    await using pair = await pairWithAccount()
    const name = await pair.seal('13:07', 'a\n')
    expect(await pair.sync()).toMatchObject({ sent: { files: 1 }, failed: [] })
    const folder = join(account.incoming, '2026-11-21', '13')
    expect((await readdir(folder)).sort()).toEqual(['batch.json', name])
    const { uid, mode } = await stat(join(folder, name))
    expect(uid).toBe(Number(execFileSync('id', ['-u', account.user], { encoding: 'utf8' })))
    expect(mode & 0o777).toBe(0o640)
  })

  test('has the fingerprint that the doc says how to read', async () => {
    const file = join(account.incoming, '..', '..', 'ssh', 'host_key.pub')
    expect(await fingerprintByDoc(file)).toBe(account.ssh.fingerprint)
  })

  test('sees its own folder alone, and gets neither a shell nor a forwarding', async () => {
    await using pair = await pairWithAccount()
    const { port, user, privateKeyFile } = pair.target
    const login = { host: '127.0.0.1', port, username: user, privateKey: await readFile(privateKeyFile) }
    const sftp = new SftpClient()
    await sftp.connect(login)
    expect((await sftp.list('/')).map(({ name }) => name)).toEqual(['incoming'])
    expect(await sftp.exists('/../../etc/passwd')).toBe(false)
    await expect(sftp.mkdir('/elsewhere')).rejects.toThrow(/ermission denied/)
    await sftp.end()
    expect(await firstWords(login, 'id')).not.toContain('uid=')
    await expect(forwarded(login, port)).rejects.toThrow()
  })

  test('shows another host key than the expected one: nothing is sent', async () => {
    await using pair = await pairWithAccount()
    pair.target = { ...pair.target, hostKey: 'SHA256:AAAA' }
    expect(await refusal(pair)).toMatch(
      /shows the ssh-ed25519 host key SHA256:\S+, \[sync\] host_key expects SHA256:AAAA/,
    )
  })

  test('refuses a key that is not the listed one', async () => {
    await using pair = await pairWithAccount()
    const before = await replaceKeys(account.keys, `restrict ${clientKey.public}\n`)
    const message = await refusal(pair)
    await replaceKeys(account.keys, before)
    expect(message).toMatch(/refuses user coltest\d+ with the key .*sync-key: put its public half into/)
  })

  test('wants a key that opens without a passphrase', async () => {
    await using pair = await pairWithAccount()
    const locked = join(pair.root, 'locked')
    await copyFile(account.keyFile, locked)
    await chmod(locked, 0o600)
    execFileSync('ssh-keygen', ['-q', '-p', '-N', 'secret words', '-f', locked])
    pair.target = { ...pair.target, privateKeyFile: locked }
    expect(await refusal(pair)).toMatch(/wants a passphrase: take it off with ssh-keygen -p -f/)
  })

  test('has no such folder', async () => {
    await using pair = await pairWithAccount()
    pair.target = { ...pair.target, remoteFolder: account.incoming }
    expect(await refusal(pair)).toMatch(
      /has no folder .*: make it there, or correct \[sync\] remote_folder \(a chrooted account/,
    )
  })

  test('may not write where the folder is not its own', async () => {
    await using pair = await pairWithAccount()
    await pair.seal('13:07', 'a\n')
    const aside = `${account.incoming}-aside`
    await rename(account.incoming, aside)
    await mkdir(account.incoming, { mode: 0o755 })
    await chown(account.incoming, 0, 0)
    const message = await refusal(pair)
    await rename(account.incoming, `${aside}-2`)
    await rename(aside, account.incoming)
    expect(message).toMatch(
      /does not let user coltest\d+ make \/incoming\/\S+ \(permission denied\): make that user the owner/,
    )
  })

  test('is cut off where others may write above its folder, and the line says where to look', async () => {
    await using pair = await pairWithAccount()
    await chmod(join(account.incoming, '..'), 0o777)
    const error = await pair.sync().catch((thrown: unknown) => thrown as OperatorError)
    await chmod(join(account.incoming, '..'), 0o755)
    expect(error).toMatchObject({
      exitCode: ExitCode.temporary,
      message: expect.stringMatching(
        /hung up while user coltest\d+ logged in .*ChrootDirectory is not root's alone/,
      ) as string,
    })
  })
})

type Login = ssh2.ConnectConfig

async function connected(login: Login): Promise<ssh2.Client> {
  const client = new ssh2.Client()
  await new Promise<void>((resolve, reject) => {
    client
      .once('error', reject)
      .once('ready', () => {
        resolve()
      })
      .connect(login)
  })
  return client
}

/** What a command answers, within a second. */
async function firstWords(login: Login, command: string): Promise<string> {
  const client = await connected(login)
  const said = await new Promise<string>((resolve) => {
    client.exec(command, (error, stream) => {
      if (error) {
        resolve('')
        return
      }
      let text = ''
      stream
        .on('data', (chunk: Buffer) => (text += chunk.toString()))
        .on('close', () => {
          resolve(text)
        })
      stream.end()
    })
  })
  client.end()
  return said
}

async function forwarded(login: Login, port: number): Promise<void> {
  const client = await connected(login)
  try {
    await new Promise<void>((resolve, reject) => {
      client.forwardOut('127.0.0.1', 1, '127.0.0.1', port, (error) => {
        if (error) reject(error)
        else resolve()
      })
    })
  } finally {
    client.end()
  }
}
