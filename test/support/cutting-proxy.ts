import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'

export interface CuttingProxy extends AsyncDisposable {
  readonly port: number
  /** How often it has cut a connection. */
  readonly cuts: number
  /** Cut the next connections once they have brought so many bytes from the client. */
  cutAfter(bytes: number): void
}

/** A network between a client and a server on loopback, that breaks when it is told to. */
export async function cuttingProxy(targetPort: number): Promise<CuttingProxy> {
  let limit = Infinity
  let cuts = 0
  const open = new Set<{ destroy(): unknown }>()
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1')
    let bytes = 0
    for (const socket of [client, target]) open.add(socket.on('error', () => undefined))
    const end = () => {
      client.destroy()
      target.destroy()
    }
    client.on('close', end).on('data', (chunk) => {
      const room = limit - bytes
      bytes += chunk.length
      target.write(chunk.subarray(0, Math.max(0, room)))
      if (bytes < limit) return
      cuts += 1
      limit = Infinity
      end()
    })
    target.on('close', end).pipe(client)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get cuts() {
      return cuts
    },
    cutAfter: (bytes) => (limit = bytes),
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
