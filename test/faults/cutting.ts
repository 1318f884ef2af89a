import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** `request`: it does not arrive. `answer`: it arrives, and what the server says to it does not. */
export type Lost = 'request' | 'answer'

/** A network between a client and a server on loopback, that breaks once, at a piece of what the client sends. */
export interface CuttingNetwork extends AsyncDisposable {
  readonly port: number
  /** Pieces that the client has sent, over all connections. */
  readonly pieces: number
  readonly cuts: number
  /** Break at the `nth` piece from now on. */
  cutAt(nth: number, lost: Lost): void
}

export async function cuttingNetwork(targetPort: number): Promise<CuttingNetwork> {
  const state = { pieces: 0, cuts: 0, nth: Infinity, lost: 'request' as Lost }
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1')
    let deaf = false
    for (const socket of [client, target]) open.add(socket.on('error', () => undefined))
    const end = () => {
      client.destroy()
      target.destroy()
    }
    client.on('close', end).on('data', (piece) => {
      state.pieces += 1
      const isDue = state.pieces === state.nth
      if (isDue) state.cuts += 1
      deaf ||= isDue
      if (isDue && state.lost === 'request') end()
      else target.write(piece)
    })
    target.on('close', end).on('data', (piece) => {
      if (deaf) end()
      else client.write(piece)
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get pieces() {
      return state.pieces
    },
    get cuts() {
      return state.cuts
    },
    cutAt: (nth, lost) => {
      Object.assign(state, { pieces: 0, nth, lost })
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
