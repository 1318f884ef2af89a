import { createLog, type Log } from '../../src/log.js'

/** A log that keeps what it is told, one JSON object an event. */
export function recordingLog(): Log & { events: Record<string, unknown>[]; text(): string } {
  const events: Record<string, unknown>[] = []
  const write = (line: string) => events.push(JSON.parse(line) as Record<string, unknown>)
  const log = createLog({ write }, 'json', () => 0)
  return Object.assign(log, { events, text: () => events.map((event) => JSON.stringify(event)).join('\n') })
}
