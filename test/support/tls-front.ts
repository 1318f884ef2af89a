import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { createServer, getCACertificates, setDefaultCACertificates } from 'node:tls'
import { generate } from 'selfsigned'

/** A port of 127.0.0.1 that takes TLS off. */
export interface TlsFront extends AsyncDisposable {
  readonly port: number
}

/**
 * Put TLS in front of a port of this machine, with a certificate for these host names that this process trusts to the end of
 * the block.
 */
export async function tlsFront(targetPort: number, ...names: string[]): Promise<TlsFront> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: names[0] ?? '' }], {
    ...{ keyType: 'ec', algorithm: 'sha256' },
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: names.map((value) => ({ type: 2 as const, value })) },
    ],
  })
  const sockets = new Set<{ destroy(): unknown }>()
  const server = createServer({ key, cert }, (client) => {
    const target = connect(targetPort, '127.0.0.1')
    for (const socket of [client, target]) sockets.add(socket.on('error', () => undefined))
    client.pipe(target).pipe(client)
    client.on('close', () => target.destroy())
    target.on('close', () => client.destroy())
  }).on('tlsClientError', () => undefined)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const trusted = getCACertificates('default')
  setDefaultCACertificates([...trusted, cert])
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      setDefaultCACertificates(trusted)
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
