import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { lineHash } from './sent.js'

/** A line of a minute file, as the judge needs it. */
export interface Line {
  readonly id: string
  /** Of the payload without `__twarc`. */
  readonly hash: string
  readonly retrievedMs: number
  readonly url: string
  readonly file: string
}

export interface File {
  readonly name: string
  readonly lines: number
  readonly sha256: string
}

export type Event = { readonly at: string; readonly event: string } & Record<string, unknown>

/** All that is in a spool. */
export interface SpoolContent {
  readonly lines: readonly Line[]
  readonly files: readonly File[]
  /** What is no minute file and lies in an hour's folder, by path. */
  readonly strangers: readonly string[]
  readonly journal: readonly Event[]
  readonly rejected: readonly Record<string, unknown>[]
  /** Lines that are not what they should be. */
  readonly broken: readonly string[]
}

const MINUTE_FILE = /^sampled_stream_\d{4}-\d\d-\d\d_\d\d-\d\d(\.\d+)?\.jsonl$/
const TWARC = ',"__twarc":'

/** Read a spool with nothing of the product's own code. */
export async function readSpool(spool: string): Promise<SpoolContent> {
  const entries = await readdir(spool, { recursive: true, withFileTypes: true }).catch(() => [])
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  const inHours = paths.filter((path) => /\/\d{4}-\d\d-\d\d\/\d\d\/[^/]+$/.test(path)).sort()
  const lines: Line[] = []
  const broken: string[] = []
  const files: File[] = []
  const minuteFiles = inHours.filter((path) => MINUTE_FILE.test(basename(path)))
  for (const path of minuteFiles) {
    const bytes = await readFile(path)
    const name = basename(path)
    const parts = splitLines(bytes)
    for (const part of parts) {
      const line = readLine(part, name)
      if (line) lines.push(line)
      else broken.push(`${name}: ${part.subarray(0, 100).toString()}`)
    }
    if (bytes.length > 0 && bytes.at(-1) !== 0x0a) broken.push(`${name} ends without a line end`)
    files.push({ name, lines: parts.length, sha256: createHash('sha256').update(bytes).digest('hex') })
  }
  return {
    lines,
    files,
    broken,
    strangers: inHours.filter((path) => !minuteFiles.includes(path)),
    journal: (await jsonLines(join(spool, 'journal'))) as Event[],
    rejected: await jsonLines(join(spool, 'rejected')),
  }
}

function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = []
  let start = 0
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, start)) {
    lines.push(bytes.subarray(start, end))
    start = end + 1
  }
  if (start < bytes.length) lines.push(bytes.subarray(start))
  return lines
}

function readLine(bytes: Buffer, file: string): Line | undefined {
  const cut = bytes.lastIndexOf(TWARC)
  if (cut < 0) return undefined
  try {
    const { data, __twarc } = JSON.parse(bytes.toString()) as {
      data: { id: string }
      __twarc: { url: string; retrieved_at: string }
    }
    return {
      id: data.id,
      hash: lineHash(Buffer.concat([bytes.subarray(0, cut), Buffer.from('}')])),
      retrievedMs: Date.parse(__twarc.retrieved_at),
      url: __twarc.url,
      file,
    }
  } catch {
    return undefined
  }
}

/** The objects of a folder's files, in order; a line that a crash has torn is passed over. */
async function jsonLines(folder: string): Promise<Record<string, unknown>[]> {
  const names = await readdir(folder).catch(() => [])
  const texts = await Promise.all(names.sort().map((name) => readFile(join(folder, name), 'utf8')))
  return texts
    .flatMap((text) => text.split('\n'))
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Record<string, unknown>]
      } catch {
        return []
      }
    })
}
