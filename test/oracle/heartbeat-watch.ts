import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Of a heartbeat, what it has counted. */
export interface Beat {
  readonly text: string
  readonly tweets: number
}

const EVERY_MS = 20

/** Looks at a process's heartbeats from its start to its end. */
export class HeartbeatWatch {
  readonly #path: string
  readonly #process: number
  readonly #timer: NodeJS.Timeout
  #last: Beat | undefined
  #before: Beat | undefined

  constructor(spool: string, process: number) {
    this.#path = join(spool, 'heartbeat.json')
    this.#process = process
    this.#timer = setInterval(() => void this.#look(), EVERY_MS)
  }

  /** The process has ended: its last heartbeat, and the one seen before it. */
  async stop(): Promise<{ last: Beat | undefined; before: Beat | undefined }> {
    clearInterval(this.#timer)
    await this.#look()
    return { last: this.#last, before: this.#before }
  }

  async #look(): Promise<void> {
    const text = await readFile(this.#path, 'utf8').catch(() => undefined)
    const beat = text === undefined || text === this.#last?.text ? undefined : parse(text)
    if (beat?.process !== this.#process) return
    this.#before = this.#last
    this.#last = { text: text ?? '', tweets: beat.totals.tweets }
  }
}

/** A heartbeat appears whole, but under an injected fault of the disk there may be none. */
function parse(text: string): { process: number; totals: { tweets: number } } | undefined {
  try {
    return JSON.parse(text) as { process: number; totals: { tweets: number } }
  } catch {
    return undefined
  }
}
