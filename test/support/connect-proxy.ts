import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** What a proxy does when it is asked for a tunnel. */
export type ProxyHabit =
  | 'opens'
  /** It answers with this status, and a page for people. */
  | { readonly refuses: number }
  | 'is silent'
  /** It opens the tunnel, and nothing comes back through it. */
  | 'leads nowhere'
  /** It closes the connection without an answer. */
  | 'hangs up'
  /** The head of its answer has no end. */
  | 'answers without end'
  /** It opens the tunnel, and breaks it once so many bytes have come back through it. */
  | { readonly breaksAfter: number }

export interface ConnectProxy extends AsyncDisposable {
  readonly port: number
  /** `HOST:PORT` of every tunnel that was asked for. */
  readonly targets: string[]
  /** The `proxy-authorization` of each, empty where there was none. */
  readonly logins: string[]
  /** How often it has broken a tunnel. */
  readonly broken: number
  /** Connections that are open. */
  readonly open: number
  habit: ProxyHabit
}

/** A real HTTP proxy on 127.0.0.1 that knows CONNECT only, and leads every tunnel to the same port of this machine. */
export async function startConnectProxy(targetPort: number, habit: ProxyHabit = 'opens'): Promise<ConnectProxy> {
  const sockets = new Set<Socket>()
  const state = { habit, broken: 0, targets: [] as string[], logins: [] as string[] }
  const server = createServer((_, response) => response.writeHead(405).end('CONNECT only'))
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.once('close', () => sockets.delete(socket)).on('error', () => undefined))
  })
  server.on('connect', ({ url = '', headers }: IncomingMessage, client: Duplex) => {
    state.targets.push(url)
    state.logins.push(headers['proxy-authorization'] ?? '')
    serve(state, client, targetPort)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return Object.assign(state, {
    port: (server.address() as AddressInfo).port,
    get open() {
      return sockets.size
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

function serve(state: { readonly habit: ProxyHabit; broken: number }, client: Duplex, targetPort: number): void {
  const { habit } = state
  if (habit === 'is silent') return
  if (habit === 'hangs up') client.destroy()
  else if (habit === 'leads nowhere') client.write('HTTP/1.1 200 Connection established\r\n\r\n')
  else if (habit === 'answers without end') endless(client)
  else if (typeof habit === 'object' && 'refuses' in habit)
    client.end(`HTTP/1.1 ${habit.refuses} No\r\nContent-Type: text/html\r\n\r\n<html>Ask the network team</html>`)
  else lead(state, client, targetPort, typeof habit === 'object' ? habit.breaksAfter : Infinity)
}

function endless(client: Duplex): void {
  client.write('HTTP/1.1 200 Connection established\r\n')
  const more = () => {
    while (client.writable && client.write(`X-More: ${'x'.repeat(1000)}\r\n`));
  }
  client.on('drain', more)
  more()
}

function lead(state: { broken: number }, client: Duplex, targetPort: number, breaksAfter: number): void {
  const target = connect(targetPort, '127.0.0.1', () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n')
    client.pipe(target)
  })
  let bytes = 0
  target.on('error', () => undefined).on('close', () => client.destroy())
  client.on('close', () => target.destroy())
  target.on('data', (piece: Buffer) => {
    client.write(piece.subarray(0, Math.max(0, breaksAfter - bytes)))
    bytes += piece.length
    if (bytes < breaksAfter) return
    state.broken += 1
    client.destroy()
  })
}
