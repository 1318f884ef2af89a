import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { appendToJournal } from '../../src/spool/journal.js'
import { hourFolder, minuteFileName } from '../../src/spool/minute-name.js'
import { HOUR_MS, hourName, MINUTE_MS } from '../../src/utc.js'
import { HOUR } from '../support/deliveries.js'

const MINUTES = HOUR_MS / MINUTE_MS
const LINE_BYTES = 1000

/** Server 2's spool in `folder` with one sealed hour: 60 files, together of about `bytes` bytes. */
export async function makeSpool(folder: string, bytes: number): Promise<void> {
  const linesAMinute = Math.round(bytes / MINUTES / LINE_BYTES)
  await mkdir(join(folder, hourFolder(HOUR)), { recursive: true })
  for (let minute = HOUR; minute < HOUR + HOUR_MS; minute += MINUTE_MS) await makeMinute(folder, minute, linesAMinute)
}

async function makeMinute(folder: string, minute: number, lines: number): Promise<void> {
  const name = minuteFileName({ minute, number: 0 })
  const content = Buffer.from(Array.from({ length: lines }, (_, line) => lineOf(minute, line)).join(''))
  await writeFile(join(folder, hourFolder(HOUR), name), content)
  const sha256 = createHash('sha256').update(content).digest('hex')
  const facts = { hour: hourName(HOUR), name, lines, bytes: content.length, sha256 }
  await appendToJournal(folder, minute + 7 * MINUTE_MS, { event: 'sealed', ...facts })
}

/** Nobody on the way looks into a line, and nothing on the way compresses it. */
const lineOf = (minute: number, line: number): string => `${minute} ${line} `.padEnd(LINE_BYTES - 1, 'tweet ') + '\n'
