import { Agent } from 'node:https'
import { connect } from 'node:tls'
import type { Duplex } from 'node:stream'
import type { Proxy } from '../proxy/proxy.js'
import { tunnel } from '../proxy/tunnel.js'

/** What https connections go by where a proxy is to be passed: a tunnel of its own for each. */
export const tunnelAgent = (proxy: Proxy, openMs: number, signal: AbortSignal): Agent =>
  Object.assign(new Agent(), {
    createConnection: (options: TargetOptions, done: (error: Error | null, connection?: Duplex) => void) => {
      const target = `${options.host}:${options.port}`
      tunnel(proxy, { target, openMs }, signal).then(
        (socket) => {
          done(null, connect({ ...options, socket }))
        },
        (error: unknown) => {
          done(error as Error)
        },
      )
    },
  })

/** As Node's agents have them. */
interface TargetOptions {
  readonly host: string
  readonly port: number
  readonly servername?: string
}
