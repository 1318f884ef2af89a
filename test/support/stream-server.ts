import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { constants, createGzip } from 'node:zlib'

/** How one request is answered. What it leaves open stays open. */
export type Answer = (response: ServerResponse, request: IncomingMessage) => unknown

interface StreamServer extends AsyncDisposable {
  readonly url: string
  readonly requests: IncomingMessage[]
  /** Resolves when the connection of the n-th request is closed, by whomever. */
  readonly closed: Promise<unknown>[]
}

/** A real HTTP server that answers its n-th request by its n-th answer, and any later one by the last. */
export async function streamServer(...answers: Answer[]): Promise<StreamServer> {
  const requests: IncomingMessage[] = []
  const closed: Promise<unknown>[] = []
  const server = createServer((request, response) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)]
    requests.push(request)
    closed.push(once(response, 'close'))
    void answer?.(response, request)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    closed,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Begin a stream as X does. */
export function begin(response: ServerResponse): ServerResponse {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
  response.flushHeaders()
  return response
}

/** Send these and keep the connection open. */
export const sends =
  (...chunks: (string | Buffer)[]): Answer =>
  (response) => {
    begin(response)
    for (const chunk of chunks) response.write(chunk)
  }

/** Send these and keep the connection alive, as X does where no tweet comes: however slow the machine is, it never counts as dead. */
export const keepsAlive =
  (...chunks: (string | Buffer)[]): Answer =>
  (response, request) => {
    sends(...chunks)(response, request)
    const timer = setInterval(() => response.write('\r\n'), 200)
    response.on('close', () => {
      clearInterval(timer)
    })
  }

/** Send these, then end as HTTP wants it. */
export const sendsAndEnds =
  (...chunks: (string | Buffer)[]): Answer =>
  (response) => {
    begin(response).end(Buffer.concat(chunks.map((chunk) => Buffer.from(chunk))))
  }

/** Send these, then break the connection off. */
export const sendsAndBreaks =
  (...chunks: (string | Buffer)[]): Answer =>
  (response) => {
    begin(response)
    response.write(Buffer.concat(chunks.map((chunk) => Buffer.from(chunk))), () => response.socket?.destroy())
  }

/** Answer with an error. */
export const refuses =
  (status: number, body: string | object = '', headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
  }

/** Send these as gzip, each flushed by itself, and keep the connection open. */
export const sendsGzip =
  (...chunks: (string | Buffer)[]): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
    const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH })
    gzip.pipe(response)
    for (const chunk of chunks) gzip.write(chunk)
  }
