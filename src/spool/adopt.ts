import { createHash } from 'node:crypto'
import { basename, dirname } from 'node:path'
import { crashPoint } from '../durable/crash-point.js'
import { DiskFile, remove, syncFolder } from '../durable/disk.js'
import { LineReader } from '../durable/line-reader.js'
import { StrangeEntryError, unlessStrange, type Tell } from '../durable/strange-entry.js'
import { UntrustedFolder } from '../durable/untrusted-folder.js'
import { takeLock } from '../durable/lock.js'
import { moveDurably, PART } from '../durable/whole-file.js'
import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import { errorCode, errorText } from '../operator-error.js'
import { hourName, hourOf } from '../utc.js'
import { appendToJournal } from './journal.js'
import { sealPart } from './minute-file.js'
import { hourFolder } from './minute-name.js'
import { isWholeObject } from './payload.js'
import { appendRejected, rejectedRecord, type RejectedRecord } from './rejected.js'
import { LARGEST_MINUTE_FILE, minuteFilesIn, spoolHours, type SpoolFile } from './spool-files.js'

export interface Adopting {
  readonly folder: string
  readonly clock: Clock
  readonly log: Log
}

/**
 * Seal what a dead collector left open in the spool at `folder`: whole lines are kept, all else goes to `rejected/`.
 * Does nothing where a living collector holds the spool. A crash at any point leaves what the next adoption completes.
 */
export async function adoptOrphans(adopting: Adopting): Promise<void> {
  await using lock = await takeLock(adopting.folder, 'collect', adopting.clock)
  if (lock) await adoptUnderLock(adopting)
}

/**
 * The same, for who holds the spool's lock already. Answers the files that the disk could not read or write. What lies there
 * and is no file or folder of ours is logged and left.
 */
export async function adoptUnderLock(adopting: Adopting): Promise<SpoolFile[]> {
  const left: SpoolFile[] = []
  const tell: Tell = ({ path, fault }) => {
    adopting.log.warn({ entry: path, reason: fault }, 'nothing is adopted there')
  }
  for (const hour of await spoolHours(adopting.folder, tell))
    for (const file of (await unlessStrange(orphansOf(adopting.folder, hour), tell)) ?? [])
      if (!(await adoptOrLeave(file, adopting))) left.push(file)
  return left
}

/** The files of an hour that were left open. What an earlier adoption was writing, a copy of one of them, is removed. */
async function orphansOf(spool: string, hour: number): Promise<SpoolFile[]> {
  await using folder = await UntrustedFolder.open(spool, hourFolder(hour))
  if (!folder) return []
  for (const name of await folder.names((name) => name.endsWith(`.jsonl${PART}${PART}`))) await folder.remove(name)
  return (await minuteFilesIn(folder, hour)).filter(({ open }) => open)
}

/** One bad place on the disk must not keep a collector from its work. */
async function adoptOrLeave(file: SpoolFile, adopting: Adopting): Promise<boolean> {
  try {
    await adoptFile(file, adopting, { rewritten: false })
    return true
  } catch (error) {
    if (errorCode(error) !== 'EIO' && !(error instanceof StrangeEntryError)) throw error
    adopting.log.error(
      { file: file.path, error: errorText(error) },
      'the disk fails a file that was left open: left as it is',
    )
    return false
  }
}

/**
 * Seal what is whole in a `.part` file that nobody writes any more. After a sync that failed, what can be read may still
 * not be on the disk, so that it must be `rewritten`.
 */
export async function adoptFile(
  file: SpoolFile,
  { folder, clock, log }: Adopting,
  { rewritten }: { rewritten: boolean },
): Promise<void> {
  const found = await examine(file.path)
  if (found.bad > 0) {
    crashPoint('adopt-before-reject')
    await reject(file, found.bad, folder, clock.now())
  }
  if (found.lines === 0) {
    crashPoint('adopt-before-remove')
    await remove(file.path)
    await syncFolder(dirname(file.path))
  } else {
    if (found.bad > 0 || found.lacksEnd || rewritten) await cutOut(file.path)
    else await syncFile(file.path)
    crashPoint('adopt-before-seal')
    await sealPart(folder, dirname(file.path), file, clock.now(), {
      lines: found.lines,
      bytes: found.bytes,
      sha256: found.sha256,
      adopted: true,
    })
  }
  log.warn({ file: file.name, lines: found.lines, rejected: found.bad }, 'adopted a file that was left open')
}

/** A line of a file that is adopted. */
interface Found {
  readonly line: Buffer
  /** Where it begins in the file, in bytes. */
  readonly offset: number
  readonly ended: boolean
  /** Of the whole line, of which `line` may be the beginning. */
  readonly bytes: number
}

/** What is whole counts, also where a crash has come between its last brace and its line end. */
const isGood = ({ line, bytes }: Found): boolean => bytes === line.length && isWholeObject(line)

/** Go through a file's lines at the pace of who takes the empty pieces. */
async function* eachLine(path: string, take: (found: Found) => void): AsyncGenerator<undefined> {
  await using folder = await UntrustedFolder.open(dirname(path))
  await using file = await folder?.file(basename(path), { mostBytes: LARGEST_MINUTE_FILE })
  if (!file) return
  let offset = 0
  yield* new LineReader(file.size).pieces(file, (line, ended, bytes) => {
    take({ line, offset, ended, bytes })
    offset += bytes + (ended ? 1 : 0)
  })
}

/** Count and hash the whole lines of a file, each with a line end, and count the rest. */
async function examine(path: string) {
  const hash = createHash('sha256')
  const found = { lines: 0, bytes: 0, bad: 0, lacksEnd: false }
  const count = (at: Found) => {
    if (!isGood(at)) {
      found.bad += 1
      return
    }
    hash.update(at.line).update('\n')
    found.lines += 1
    found.bytes += at.line.length + 1
    found.lacksEnd ||= !at.ended
  }
  for await (const _ of eachLine(path, count));
  return { ...found, sha256: hash.digest('hex') }
}

async function reject(file: SpoolFile, bad: number, spool: string, nowMs: number): Promise<void> {
  const hour = hourOf(file.minute)
  const records: RejectedRecord[] = []
  const set = (at: Found) => {
    if (isGood(at)) return
    const { line, offset, bytes } = at
    records.push(rejectedRecord(line, { hour, nowMs, bytes, reason: reasonFor(at), from: { name: file.name, offset } }))
  }
  for await (const _ of eachLine(file.path, set)) await appendRejected(spool, records.splice(0))
  await appendRejected(spool, records)
  await appendToJournal(spool, nowMs, {
    event: 'rejected',
    hour: hourName(hour),
    lines: bad,
    reason: `in ${file.name}, left open by a crash`,
  })
}

function reasonFor({ line, ended, bytes }: Found): string {
  if (bytes > line.length) return 'longer than lines may be, in an adopted file'
  return ended ? 'no whole JSON object, in an adopted file' : 'torn at a crash'
}

/** Put a copy of the whole lines, each with a line end, in the file's place; it appears whole. */
async function cutOut(path: string): Promise<void> {
  crashPoint('adopt-before-cut-out')
  {
    await using copy = await DiskFile.open(path + PART, 'empty')
    const good: Buffer[] = []
    const keep = (at: Found) => {
      if (isGood(at)) good.push(Buffer.from(at.line), LF)
    }
    for await (const _ of eachLine(path, keep)) {
      if (good.length > 0) copy.append(Buffer.concat(good.splice(0)))
    }
    if (good.length > 0) copy.append(Buffer.concat(good))
    await copy.sync()
  }
  crashPoint('adopt-before-cut-in')
  await moveDurably(path + PART, path)
}

const LF = Buffer.from('\n')

async function syncFile(path: string): Promise<void> {
  await using file = await DiskFile.open(path, 'append')
  await file.sync()
}
