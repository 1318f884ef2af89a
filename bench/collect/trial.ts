import { setTimeout as wait } from 'node:timers/promises'
import { useOf, type Use } from './process-use.js'
import type { StartReader } from './readers.js'
import type { Source } from './source-process.js'

/** What reading a stream took, from the first line to the last. */
export interface Trial {
  readonly lines: number
  readonly megabytes: number
  readonly wallMs: number
  readonly cpuMs: number
  readonly residentBytes: { readonly atHalf: number; readonly atEnd: number; readonly most: number }
  /** How far the source fell behind its rate, for the reader took no more, at most. */
  readonly mostLateMs: number
}

const LOOK_MS = 100
const SHARE_OF_WARM_UP = 0.1

/** Let a reader read `lines` lines, `rate` a second or, with 0, as fast as it can; the first tenth warms it up and does not count. */
export async function trial(
  start: StartReader,
  source: Source,
  rate: number,
  lines: number,
  folder: string,
): Promise<Trial> {
  const reader = await start(`${source.url}/${rate}/${lines}`, folder)
  const uses: { sent: number; atMs: number; use: Use }[] = []
  try {
    for (;;) {
      const { sent } = await source.status()
      uses.push({ sent, atMs: performance.now(), use: useOf(reader.pids) })
      if (sent >= lines && (await reader.hasAll(lines, lines * source.meanBytes * 0.999))) break
      await wait(LOOK_MS)
    }
    const { mostLateMs } = await source.status()
    return { ...between(uses, lines, source.meanBytes), mostLateMs }
  } finally {
    await reader.stop()
  }
}

type Look = { sent: number; atMs: number; use: Use }

function between(looks: readonly Look[], lines: number, meanBytes: number): Omit<Trial, 'mostLateMs'> {
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
