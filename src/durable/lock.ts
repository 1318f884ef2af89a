import { createHash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { createServer } from 'node:net'
import { errorCode } from '../operator-error.js'

/** Held until disposed or until the process ends, however it ends. */
export interface Lock extends AsyncDisposable {
  readonly folder: string
}

/**
 * Take the lock that guards `folder`, or answer `undefined` where another process has it. `purpose` tells apart several
 * locks of one folder. It is an abstract Unix socket (Linux) named after the folder's real path: the kernel releases it
 * with the process, so neither a crash nor a reboot leaves one behind. It does not reach across network namespaces.
 */
export async function takeLock(folder: string, purpose = ''): Promise<Lock | undefined> {
  const name = createHash('sha256')
    .update(`${await realpath(folder)}\0${purpose}`)
    .digest('hex')
  const server = createServer((socket) => socket.destroy())
  const taken = await new Promise<boolean>((resolve, reject) => {
    server.once('error', (error) => {
      if (errorCode(error) === 'EADDRINUSE') resolve(false)
      else reject(error)
    })
    server.listen({ path: `\0collector-${name}` }, () => {
      resolve(true)
    })
  })
  if (!taken) return undefined
  server.unref()
  return {
    folder,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
      }),
  }
}
