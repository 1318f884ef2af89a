import { connect, type Socket } from 'node:net'

/**
 * Connect to a server. What is written in one go, without waiting for anything in between, leaves in one call to the
 * system: ssh2 writes three small pieces a packet.
 */
export function gatheringSocket(host: string, port: number): Socket {
  const socket = connect({ host, port })
  const write = socket.write.bind(socket) as (...written: unknown[]) => boolean
  let gathers = false
  // Put on the connected socket: Node's connect() undoes what a subclass makes of write().
  socket.write = (...written: unknown[]): boolean => {
    if (!gathers) {
      gathers = true
      socket.cork()
      queueMicrotask(() => {
        gathers = false
        socket.uncork()
      })
    }
    return write(...written)
  }
  return socket
}
