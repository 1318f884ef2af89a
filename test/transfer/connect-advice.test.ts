import { createHash, generateKeyPairSync } from 'node:crypto'
import ssh2, { type ServerChannel, type Session } from 'ssh2'
import { describe, expect, test } from 'vitest'
import { ExitCode, OperatorError } from '../../src/operator-error.js'
import { ed25519KeyPair } from '../../src/simulator/sftp/key-pair.js'
import { oddSsh } from './odd-ssh.js'
import { ServerPair, type Target } from './server-pair.js'

const ed25519 = ed25519KeyPair().private
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs1', format: 'pem' })
  .toString()

function fingerprint(privateKey: string): string {
  const key = ssh2.utils.parseKey(privateKey)
  if (key instanceof Error) throw key
  return `SHA256:${createHash('sha256').update(key.getPublicSSH()).digest('base64').replace(/=+$/, '')}`
}

async function outcome(target: Target): Promise<[ExitCode, string]> {
  await using pair = await ServerPair.create(target)
  const error = await pair.sync().then(
    () => expect.unreachable('the run succeeded'),
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(OperatorError)
  const { exitCode, message } = error as OperatorError
  expect(message).not.toContain('\n')
  return [exitCode, message]
}

describe('a server with host keys of several types', () => {
  const hostKeys = [ed25519, rsa]

  test('is asked for the one that the settings name', async () => {
    await using server = await oddSsh({ hostKeys })
    const [, message] = await outcome({ port: server.port, hostKey: fingerprint(rsa) })
    expect(message).toContain('gives user server2 no SFTP')
    expect(server.connections).toBe(2)
  })

  test('that shows none that the settings name is refused with all that it showed', async () => {
    await using server = await oddSsh({ hostKeys })
    const [exitCode, message] = await outcome({ port: server.port, hostKey: 'SHA256:AAAA' })
    expect(exitCode).toBe(ExitCode.failed)
    expect(message).toContain(`shows the ssh-ed25519 host key ${fingerprint(ed25519)}`)
    expect(message).toContain(`and the ssh-rsa host key ${fingerprint(rsa)}, [sync] host_key expects SHA256:AAAA`)
  })
})

describe('a server with which there is no method in common is told what to add:', () => {
  const only = (algorithms: object) => oddSsh({ hostKeys: [ed25519], algorithms })
  const hostKey = fingerprint(ed25519)

  test('a key exchange', async () => {
    await using server = await only({ kex: ['diffie-hellman-group1-sha1'] })
    const [exitCode, message] = await outcome({ port: server.port, hostKey })
    expect(exitCode).toBe(ExitCode.failed)
    expect(message).toMatch(
      /it offers only diffie-hellman-group1-sha1\).*"KexAlgorithms \+curve25519-sha256" into its sshd_config/,
    )
  })

  test('a cipher', async () => {
    await using server = await only({ cipher: ['aes128-cbc'] })
    const [, message] = await outcome({ port: server.port, hostKey })
    expect(message).toMatch(/it offers only aes128-cbc.*"Ciphers \+aes128-gcm@openssh\.com"/)
  })

  test('a MAC', async () => {
    await using server = await only({ cipher: ['aes128-ctr'], hmac: ['hmac-sha1'] })
    const [, message] = await outcome({ port: server.port, hostKey })
    expect(message).toMatch(/it offers only hmac-sha1.*"MACs \+hmac-sha2-256-etm@openssh\.com"/)
  })

  test('a type of host key', async () => {
    await using server = await oddSsh({ hostKeys: [rsa], algorithms: { serverHostKey: ['ssh-rsa'] } })
    const [, message] = await outcome({ port: server.port, hostKey: fingerprint(rsa) })
    expect(message).toMatch(/it offers only ssh-rsa.*"HostKeyAlgorithms \+ssh-ed25519/)
  })
})

test('a server that has ChaCha20 alone is talked to', async () => {
  const algorithms = { cipher: ['chacha20-poly1305@openssh.com' as const] }
  await using server = await oddSsh({ hostKeys: [ed25519], algorithms })
  const [, message] = await outcome({ port: server.port, hostKey: fingerprint(ed25519) })
  expect(message).toContain('gives user server2 no SFTP')
})

describe('an account without SFTP is told as such', () => {
  const speak = (then: (channel: ServerChannel) => void) => (session: Session) => {
    session.on(
      'subsystem' as 'close',
      ((accept: () => ServerChannel) => {
        then(accept())
      }) as () => void,
    )
  }
  const outcomeOf = async (serve: (session: Session) => void) => {
    await using server = await oddSsh({ hostKeys: [ed25519] }, serve)
    return await outcome({ port: server.port, hostKey: fingerprint(ed25519) })
  }
  const advice = /gives user server2 no SFTP.*"ForceCommand internal-sftp"/

  test('where the subsystem is refused', async () => {
    const [exitCode, message] = await outcomeOf(() => undefined)
    expect(exitCode).toBe(ExitCode.failed)
    expect(message).toMatch(advice)
  })

  test.each([0, 1, 127])('where its command ends at once with exit code %i', async (code) => {
    const [exitCode, message] = await outcomeOf(
      speak((channel) => {
        channel.exit(code)
        channel.end()
      }),
    )
    expect(exitCode).toBe(ExitCode.failed)
    expect(message).toMatch(advice)
    expect(message).toContain(`exit code ${code}`)
  })

  test('where a shell prints text before it', async () => {
    const [exitCode, message] = await outcomeOf(
      speak((channel) => channel.write('Welcome to \u001b[31mserver 1\nThis account is not available.\n')),
    )
    expect(exitCode).toBe(ExitCode.failed)
    expect(message).toMatch(/no SFTP: text comes before it, which begins with "Welc": .*silence its start-up files/)
  })
})
