import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { execPath } from 'node:process'

/** The source of the stream, as a process of its own. Disposing ends it. */
export interface Source extends Disposable {
  readonly url: string
  readonly meanBytes: number
  /** Of the last stream: lines sent, and how late at most. */
  status(): Promise<{ sent: number; mostLateMs: number }>
  /** Before another reader connects, whose stream is the last one from then on. */
  forget(): Promise<void>
}

export async function startSource(): Promise<Source> {
  const child = spawn(execPath, [join(import.meta.dirname, 'source.js')], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const { port, meanBytes } = JSON.parse(line.toString()) as { port: number; meanBytes: number }
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    meanBytes,
    status: async () => (await (await fetch(`${url}/status`)).json()) as { sent: number; mostLateMs: number },
    forget: async () => {
      await (await fetch(`${url}/forget`)).text()
    },
    [Symbol.dispose]: () => child.kill(),
  }
}
