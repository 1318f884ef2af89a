import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'

/** What a scripted mail server does instead of answering. */
export const CUT = Symbol('cuts the connection')
export const SILENT = Symbol('never answers')
/** To DATA. */
export const CUT_WITHIN = Symbol('asks for the letter, and cuts the connection within it')

type Reply = string | typeof CUT | typeof SILENT | typeof CUT_WITHIN | Promise<string>

/** A letter that came whole, whatever was answered to it. */
interface Letter {
  readonly receivers: readonly string[]
  readonly text: string
}

export interface ScriptedSmtp extends AsyncDisposable {
  readonly port: number
  /** Every command, in order, of all connections. */
  readonly commands: string[]
  readonly letters: Letter[]
}

/**
 * A mail server in the clear on 127.0.0.1 that answers as told: `reply` is asked for the greeting (''), for each command
 * line, and for the end of a letter ('.'); where it tells nothing a friendly answer is given. `count` is how often this very
 * line came before.
 */
export async function startScriptedSmtp(
  reply: (line: string, count: number) => Reply | undefined = () => undefined,
): Promise<ScriptedSmtp> {
  const commands: string[] = []
  const letters: Letter[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
    void serve(socket, commands, letters, reply)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    commands,
    letters,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

async function serve(
  socket: Socket,
  commands: string[],
  letters: Letter[],
  reply: (line: string, count: number) => Reply | undefined,
): Promise<void> {
  const letter = { isCut: false }
  /** What was said; `undefined` where the session is over. */
  const answer = async (line: string, friendly: string): Promise<string | undefined> => {
    const count = commands.filter((before) => before === line).length
    commands.push(line)
    const told = (await reply(line, count)) ?? friendly
    letter.isCut = told === CUT_WITHIN
    const said = told === CUT_WITHIN ? friendly : told
    // 421 says that the server hangs up (RFC 5321, 3.8).
    if (typeof said === 'string' && /^421/m.test(said)) socket.end(`${said}\r\n`)
    else if (typeof said === 'string') socket.write(`${said}\r\n`)
    else if (said === CUT) socket.destroy()
    else await once(socket, 'close')
    return typeof said === 'string' ? said : undefined
  }
  let receivers: string[] = []
  let text: string | undefined
  if ((await answer('', '220 mail.example ESMTP')) === undefined) return
  for await (const line of linesOf(socket)) {
    if (text !== undefined && letter.isCut) {
      socket.destroy()
      return
    }
    if (text !== undefined && line !== '.') {
      text += `${line}\r\n`
      continue
    }
    if (text !== undefined) {
      letters.push({ receivers, text })
      text = undefined
      receivers = []
      if ((await answer('.', '250 2.0.0 queued')) === undefined) return
      continue
    }
    const said = await answer(line, friendlyAnswer(line))
    if (said === undefined) return
    const receiver = /^RCPT TO:<(.*?)>/.exec(line)?.[1]
    const isRefused = /^[45]/.test(said)
    if (receiver !== undefined && !isRefused) receivers.push(receiver)
    if (line === 'DATA' && !isRefused) text = ''
  }
}

const friendlyAnswer = (line: string): string =>
  line.startsWith('EHLO')
    ? '250-mail.example\r\n250 8BITMIME'
    : line === 'DATA'
      ? '354 go on'
      : line === 'QUIT'
        ? '221 bye'
        : '250 ok'

async function* linesOf(socket: Socket): AsyncGenerator<string> {
  let rest = ''
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      const lines = (rest + chunk.toString('latin1')).split('\r\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
  } catch {
    // The client went away.
  }
}
