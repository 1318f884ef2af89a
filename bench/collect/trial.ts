import { setTimeout as wait } from 'node:timers/promises'
import { useOf, type Use } from './process-use.js'
import type { StartReader } from './readers.js'
import type { Source } from './source-process.js'

/** What reading a stream took, from the first line to the last. */
export interface Trial {
  /** Those that count, without the warm-up's. */
  readonly lines: number
  readonly megabytes: number
  readonly wallMs: number
  readonly cpuMs: number
  readonly residentBytes: { readonly atHalf: number; readonly atEnd: number; readonly most: number }
  /** How far the source fell behind its rate, for the reader took no more, at most. */
  readonly mostLateMs: number
  /** All lines, with the warm-up's. */
  readonly sent: number
  /** Lines that lay sealed on the disk at last, where the reader knows. */
  readonly sealed: number | undefined
}

const LOOK_MS = 100
const SHARE_OF_WARM_UP = 0.1
/** A heartbeat comes every 5 s: who has not written all so long after it was sent has lost something. */
const LONGEST_REST_MS = 60_000

/**
 * Let a reader read `lines` lines, `rate` a second or, with 0, as fast as it can; the first tenth warms it up and does not count.
 * @throws Error where it has not written all of them in the end
 */
export async function trial(
  start: StartReader,
  source: Source,
  rate: number,
  lines: number,
  folder: string,
): Promise<Trial> {
  await source.forget()
  const reader = await start(`${source.url}/${rate}/${lines}`, folder)
  const looks: Look[] = []
  try {
    for (let allSentAt = Infinity; ;) {
      const { sent } = await source.status()
      const atMs = performance.now()
      looks.push({ sent, atMs, use: useOf(reader.pids) })
      if (sent >= lines && (await reader.hasAll(lines, lines * source.meanBytes * 0.999))) break
      if (sent >= lines) allSentAt = Math.min(allSentAt, atMs)
      if (atMs - allSentAt > LONGEST_REST_MS) throw new Error(`of ${lines} lines not all were written`)
      await wait(LOOK_MS)
    }
    const { sent, mostLateMs } = await source.status()
    await reader.stop()
    return { ...between(looks, lines, source.meanBytes), mostLateMs, sent, sealed: await reader.sealed?.() }
  } finally {
    await reader.stop()
  }
}

type Look = { sent: number; atMs: number; use: Use }

function between(
  looks: readonly Look[],
  lines: number,
  meanBytes: number,
): Omit<Trial, 'mostLateMs' | 'sent' | 'sealed'> {
  const first = looks.find(({ sent }) => sent >= lines * SHARE_OF_WARM_UP && sent < lines) ?? looks[0]
  const half = looks.find(({ sent }) => sent >= lines / 2)
  const last = looks.at(-1)
  if (!first || !half || !last) throw new Error('a trial without a look')
  const counted = lines - first.sent
  return {
    lines: counted,
    megabytes: (counted * meanBytes) / 1e6,
    wallMs: last.atMs - first.atMs,
    cpuMs: last.use.cpuMs - first.use.cpuMs,
    residentBytes: {
      atHalf: half.use.residentBytes,
      atEnd: last.use.residentBytes,
      most: Math.max(...looks.map(({ use }) => use.residentBytes)),
    },
  }
}
