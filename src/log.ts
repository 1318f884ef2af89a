import { pino, type Logger } from 'pino'
import { printable, printableLines } from './printable.js'

/** `log.info({ hour }, 'archived')`: fields first, then what happened. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

/** A log that can be told to say more, or less. */
export type AdjustableLog = Log & { level: string }

/** Where a log goes. The journal of systemd keeps the time and reads a line's priority from its beginning. */
export interface LogStream {
  write(text: string): unknown
  readonly isJournal?: boolean
}

/**
 * A log on `stream`: one JSON object an event, or one readable line an event. Whatever somebody else's text holds, it
 * can't make a line of its own, nor speak to a terminal. Secrets never get here; see settings.
 */
export function createLog(stream: LogStream, form: 'text' | 'json', now: () => number): AdjustableLog {
  const write = (json: string) => {
    const { level } = JSON.parse(json) as { level: number }
    const text = form === 'json' ? printableLines(json) : readable(json, stream.isJournal ?? false)
    stream.write(stream.isJournal ? withPriority(text, PRIORITIES[level] ?? Priority.info) : text)
  }
  return pino({ base: null, timestamp: () => `,"time":"${new Date(now()).toISOString()}"` }, { write })
}

/** As syslog numbers them. */
export const Priority = { error: 3, warning: 4, info: 6, debug: 7 } as const

/** Each line with its priority, as systemd's journal takes it. Source: sd-daemon(3). */
export const withPriority = (lines: string, priority: number): string => lines.replace(/^(?=.)/gm, `<${priority}>`)

const LEVELS: Record<number, string> = { 20: 'debug', 30: 'info', 40: 'WARN', 50: 'ERROR' }
const PRIORITIES: Record<number, number> = {
  20: Priority.debug,
  30: Priority.info,
  40: Priority.warning,
  50: Priority.error,
}

/** `13:07:12 WARN message  key=value …` of one of pino's JSON lines. */
function readable(line: string, isJournal: boolean): string {
  const { level, time, msg, err, ...fields } = JSON.parse(line) as Record<string, unknown> & {
    level: number
    time: string
    msg?: string
  }
  const words = Object.entries(fields).map(
    ([key, value]) => `${printable(key, 100)}=${printable(typeof value === 'string' ? value : JSON.stringify(value))}`,
  )
  const said = [...(msg === undefined ? [] : [printable(msg)]), ...words].join('  ')
  const stack = (err as { stack?: string } | undefined)?.stack
  const when = isJournal ? '' : `${time.slice(0, 19)}Z `
  return `${when}${(LEVELS[level] ?? 'info').padEnd(5)} ${said}${stack === undefined ? '' : `\n${indented(stack)}`}\n`
}

/** A stack's lines, none of which can be taken for one of the log. */
export const indented = (stack: string): string =>
  stack
    .split('\n')
    .map((line) => `    ${printable(line.trim())}`)
    .join('\n')
