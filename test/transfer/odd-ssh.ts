import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import ssh2, { type ServerConfig, type Session } from 'ssh2'

export interface OddSsh extends AsyncDisposable {
  readonly port: number
  /** Connections so far. */
  readonly connections: number
}

/** An SSH server on loopback that lets everybody in, and then does with a session what `serve` says. */
export async function oddSsh(
  config: Pick<ServerConfig, 'hostKeys' | 'algorithms'>,
  serve: (session: Session) => void = () => undefined,
): Promise<OddSsh> {
  let connections = 0
  const sockets = new Set<Socket>()
  const server = new ssh2.Server(config, (client) => {
    client.on('authentication', (context) => {
      context.accept()
    })
    client.on('session', (accept) => {
      serve(accept())
    })
    client.on('error', () => undefined)
  })
  const listener = createServer((socket) => {
    connections += 1
    sockets.add(socket.on('error', () => undefined))
    server.injectSocket(socket)
  })
  await once(listener.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (listener.address() as AddressInfo).port,
    get connections() {
      return connections
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}
