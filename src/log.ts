import { pino, type Logger } from 'pino'

/** `log.info({ hour }, 'archived')`: fields first, then what happened. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>

/** A log on `stream`: one JSON object an event, or one readable line an event. Secrets never get here; see settings. */
export function createLog(stream: { write(text: string): unknown }, form: 'text' | 'json', now: () => number): Log {
  const destination = form === 'json' ? stream : { write: (line: string) => stream.write(readable(line)) }
  return pino({ base: null, timestamp: () => `,"time":"${new Date(now()).toISOString()}"` }, destination)
}

const LEVELS: Record<number, string> = { 20: 'debug', 30: 'info', 40: 'WARN', 50: 'ERROR' }

/** `13:07:12 WARN message  key=value …` of one of pino's JSON lines. */
function readable(line: string): string {
  const { level, time, msg, err, ...fields } = JSON.parse(line) as Record<string, unknown> & {
    level: number
    time: string
  }
  const words = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const stack = (err as { stack?: string } | undefined)?.stack
  return `${time.slice(0, 19)}Z ${(LEVELS[level] ?? 'info').padEnd(5)} ${[msg, ...words].join('  ')}${stack ? `\n${stack}` : ''}\n`
}
