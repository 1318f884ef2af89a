import type { Clock } from '../clock.js'
import type { HourProgress } from '../hour/process-hours.js'
import { printable } from '../printable.js'
import type { Printer } from './verb.js'

const QUIET_MS = 2000
const WIDTH = 30

/** A bar on a terminal, once the work has taken more than two seconds; elsewhere nothing. */
export function progressBar(printer: Printer, clock: Clock): HourProgress & { end(): void } {
  const startMs = clock.now()
  let shown = false
  const draw: HourProgress = (done, of, what) => {
    if (!printer.isTTY || clock.now() - startMs < QUIET_MS) return
    const full = Math.round((WIDTH * done) / Math.max(of, 1))
    printer.write(`\r[${'='.repeat(full).padEnd(WIDTH)}] ${Math.floor(done)} of ${of}  ${printable(what)}\u001b[K`)
    shown = true
  }
  return Object.assign(draw, {
    end: () => {
      if (shown) printer.write('\r\u001b[K')
      shown = false
    },
  })
}
