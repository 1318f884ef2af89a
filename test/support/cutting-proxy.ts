import { relay } from './relay.js'

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
  const between = await relay(targetPort, (client, target) => {
    let bytes = 0
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
  return {
    ...between,
    get cuts() {
      return cuts
    },
    cutAfter: (bytes) => (limit = bytes),
  }
}
