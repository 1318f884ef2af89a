import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sizesIn } from './power-cut.js'

/** Points of adoption that are come to only where an open file has a torn line, or nothing but one. */
const WITH_TORN = ['adopt-before-reject', 'adopt-before-cut-out', 'adopt-before-cut-in']
const WITH_NOTHING_ELSE = 'adopt-before-remove'
const TORN = '{"data":{"id":"1'

/** Leave what a crash inside a write leaves, so that the next start comes to the point `crashAt`. */
export async function leaveTorn(spool: string, crashAt: string): Promise<void> {
  const open = [...(await sizesIn(spool)).keys()].find((path) => path.endsWith('.jsonl.part'))
  if (crashAt.startsWith(WITH_NOTHING_ELSE)) {
    const folder = open ? dirname(open) : join(spool, '2026-11-19/23')
    await mkdir(folder, { recursive: true })
    const hour = folder.slice(-13).replace('/', '_')
    await writeFile(join(folder, `sampled_stream_${hour}-59.999.jsonl.part`), TORN)
  }
  if (open && WITH_TORN.some((point) => crashAt.startsWith(point))) await appendFile(open, TORN)
}
