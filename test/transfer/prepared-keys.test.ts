import { once } from 'node:events'
import ssh2 from 'ssh2'
import { expect, test } from 'vitest'
import { realClock } from '../../src/clock.js'
import { Connection } from '../../src/transfer/connection.js'
import { prepareKeys } from '../../src/transfer/prepared-keys.js'
import { RemoteSpool } from '../../src/transfer/remote-spool.js'
import { clientKey, ServerPair } from './server-pair.js'

test('ssh2 keeps the keys of a session where they are looked for', async () => {
  await using pair = await ServerPair.create()
  await using sftp = await pair.serve()
  const client = new ssh2.Client()
  const login = { host: '127.0.0.1', port: sftp.port, username: pair.target.user, privateKey: clientKey.private }
  client.connect({ ...login, algorithms: { cipher: ['aes128-gcm@openssh.com'] } })
  await once(client, 'ready')
  expect(prepareKeys(client)).toBe(2)
  client.end()
  await once(client, 'close')
})

test('a connection has its keys prepared before it asks for anything', async () => {
  await using pair = await ServerPair.create()
  await using _sftp = await pair.serve()
  const { signal } = new AbortController()
  await using connection = await Connection.open(pair.target, { clock: realClock(), version: '0.0.0' }, signal)
  // ssh2's session has its client there; its types leave it out.
  const { _client: client } = connection.sftp as unknown as { _client: ssh2.Client }
  expect(prepareKeys(client)).toBe(0)
  expect((await RemoteSpool.open(connection)).at('.')).toBe('/incoming')
})
