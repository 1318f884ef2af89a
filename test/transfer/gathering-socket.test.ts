import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test, vi } from 'vitest'
import { gatheringSocket } from '../../src/transfer/gathering-socket.js'

test('what is written in one go leaves in one call, and nothing is left behind at the end', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const arrived = once(server, 'connection').then(([socket]) => text(socket as Socket))
  const socket = gatheringSocket('127.0.0.1', (server.address() as AddressInfo).port)
  await once(socket, 'connect')
  const calls = vi.spyOn(socket, '_writev')
  for (const piece of ['length ', 'content ', 'mac;']) socket.write(piece)
  expect(calls).not.toHaveBeenCalled()
  await new Promise((resolve) => socket.write(' next;', resolve))
  expect(calls.mock.calls.map(([pieces]) => (pieces as unknown[]).length)).toEqual([4])
  socket.write('last')
  socket.end()
  expect(await arrived).toBe('length content mac; next;last')
  server.close()
})
