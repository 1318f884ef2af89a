import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { collectorPlace } from '../support/collector-place.js'
import { toolMissing } from '../support/require-tool.js'
import { keepsAlive, streamServer } from '../support/stream-server.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { until } from '../support/until.js'

const unable = toolMissing('systemd-notify') ?? toolMissing('python3')

/** Node has no datagram sockets; this is systemd's end of one, printing what it is told. */
const LISTENER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("bound", flush=True)
while True: print(s.recv(4096).decode(), flush=True)
`

/** A socket as systemd has it, and the words that have come to it. */
async function notifySocket() {
  const folder = await temporaryFolder()
  const path = join(folder.path, 'notify')
  const listener = spawn('python3', ['-c', LISTENER, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  listener.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await once(listener.stdout, 'data')
  const ended = once(listener, 'close')
  return {
    path,
    words: () => text.split('\n').filter((word) => /^(READY|WATCHDOG|STOPPING)=/.test(word)),
    [Symbol.asyncDispose]: async () => {
      listener.kill('SIGKILL')
      await ended
      await folder[Symbol.asyncDispose]()
    },
  }
}

test.skipIf(unable)(
  'the real systemd-notify tells systemd of the start, of each stretch of progress, and of the end',
  async () => {
    await using socket = await notifySocket()
    await using server = await streamServer(keepsAlive())
    await using place = await collectorPlace(server.url)
    await using running = place.start({ NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: '900000' })
    await until(() => {
      expect(socket.words().filter((word) => word === 'WATCHDOG=1').length).toBeGreaterThanOrEqual(3)
    })
    expect(socket.words()).toContain('READY=1')
    expect(socket.words()).not.toContain('STOPPING=1')
    running.child.kill('SIGTERM')
    expect((await running.ended).code).toBe(0)
    await until(() => {
      expect(socket.words()).toContain('STOPPING=1')
    })
    expect(running.stderr).not.toContain('cannot speak to systemd')
  },
)

test.skipIf(unable)('a collector whose stream gives no sign in its time is not said to be alive', async () => {
  await using socket = await notifySocket()
  await using server = await streamServer(() => undefined)
  await using place = await collectorPlace(server.url)
  const now = Date.now()
  // Two minutes of patience with a stream pass in a tenth of a second, while a socket's never goes below two.
  const clock = { COLLECTOR_CLOCK: `${now}/${now}/1200` }
  await using _running = place.start({ NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: '900000', ...clock })
  await until(() => {
    expect(socket.words()).toContain('READY=1')
    expect(server.requests.length).toBeGreaterThan(0)
  })
  // Six times the watchdog could have been fed until the connect is given up.
  await server.closed[0]
  expect(socket.words()).toEqual(['READY=1'])
})
