import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { constants, createGunzip } from 'node:zlib'

interface Wish {
  readonly token?: string
  readonly query?: string
  readonly gzip?: boolean
  /** Leave everything unread. */
  readonly paused?: boolean
}

/** Connect to the stream of the API at `url`; resolves with the answer's head. Rejects where no answer comes. */
export async function connect(
  url: string,
  { token = 'token-1', query = '', gzip, paused }: Wish = {},
): Promise<Reader> {
  const headers = { authorization: `Bearer ${token}`, ...(gzip && { 'accept-encoding': 'gzip' }) }
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = request(`${url}/2/tweets/sample/stream?${query}`, { headers, agent: false })
    asked.on('response', resolve).on('error', reject).end()
  })
  return new Reader(answer, paused ?? false)
}

/** Wait, turn by turn, until something holds. */
export async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await nextTurn()
}

/** An answer of the API, with all that has come of it so far. */
export class Reader implements Disposable {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Whole lines, without keep-alives. */
  readonly lines: string[] = []
  /** Of the lines that are tweets. */
  readonly ids: string[] = []
  keepAlives = 0
  /** What has come of a line that is not whole. */
  rest = ''
  /** Resolves when the answer is over: `complete`, or the code of the error that ended it. */
  readonly over: Promise<string>
  readonly #answer: IncomingMessage

  constructor(answer: IncomingMessage, paused: boolean) {
    this.#answer = answer
    this.status = answer.statusCode ?? 0
    this.headers = answer.headers
    const body = bodyOf(answer)
    const decoder = new StringDecoder()
    if (!paused)
      body.on('data', (bytes: Buffer) => {
        this.#take(decoder.write(bytes))
      })
    this.over = endOf(answer, body)
  }

  [Symbol.dispose](): void {
    this.#answer.destroy()
  }

  #take(text: string): void {
    const lines = (this.rest + text).split('\r\n')
    this.rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line === '') this.keepAlives += 1
      else this.lines.push(line)
      this.ids.push(...idIn(line))
    }
  }
}

function bodyOf(answer: IncomingMessage): Readable {
  if (answer.headers['content-encoding'] !== 'gzip') return answer
  const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH })
  answer.on('error', () => gunzip.end())
  return answer.pipe(gunzip)
}

async function endOf(answer: IncomingMessage, body: Readable): Promise<string> {
  let ending = 'complete'
  answer.on('error', (error: NodeJS.ErrnoException) => {
    ending = error.code ?? error.message
  })
  await new Promise((resolve) => {
    body.once('end', resolve).once('close', resolve)
  })
  return ending
}

function idIn(line: string): string[] {
  try {
    const { data } = JSON.parse(line) as { data?: { id: string } }
    return data ? [data.id] : []
  } catch {
    return []
  }
}
