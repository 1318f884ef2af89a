import { createHash } from 'node:crypto'
import { createReadStream } from '../durable/files.js'
import { dirname, join } from 'node:path'
import { crashPoint } from '../durable/crash-point.js'
import { DiskFile, remove, syncFolder } from '../durable/disk.js'
import { namesIn } from '../durable/folder.js'
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
import { rawLines, type RawLine } from './raw-lines.js'
import { appendRejected, rejectedRecord } from './rejected.js'
import { minuteFiles, spoolHours, type SpoolFile } from './spool-files.js'

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

/** The same, for who holds the spool's lock already. Answers the files that the disk could not read or write. */
export async function adoptUnderLock(adopting: Adopting): Promise<SpoolFile[]> {
  const left: SpoolFile[] = []
  for (const hour of await spoolHours(adopting.folder)) {
    await removeUnfinished(join(adopting.folder, hourFolder(hour)))
    for (const file of await minuteFiles(adopting.folder, hour))
      if (file.open && !(await adoptOrLeave(file, adopting))) left.push(file)
  }
  return left
}

/** What an earlier adoption was writing when it was cut short: a copy of a `.part` that is still there. */
async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) if (name.endsWith(`.jsonl${PART}${PART}`)) await remove(join(folder, name))
}

/** One bad place on the disk must not keep a collector from its work. */
async function adoptOrLeave(file: SpoolFile, adopting: Adopting): Promise<boolean> {
  try {
    await adoptFile(file, adopting, { rewritten: false })
    return true
  } catch (error) {
    if (errorCode(error) !== 'EIO') throw error
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
  if (found.bad.length > 0) {
    crashPoint('adopt-before-reject')
    await reject(file, found.bad, folder, clock.now())
  }
  if (found.lines === 0) {
    crashPoint('adopt-before-remove')
    await remove(file.path)
    await syncFolder(dirname(file.path))
  } else {
    if (found.bad.length > 0 || rewritten) await cutOut(file.path, found.bad)
    else await syncFile(file.path)
    crashPoint('adopt-before-seal')
    await sealPart(folder, dirname(file.path), file, clock.now(), {
      lines: found.lines,
      bytes: found.bytes,
      sha256: found.sha256,
      adopted: true,
    })
  }
  log.warn({ file: file.name, lines: found.lines, rejected: found.bad.length }, 'adopted a file that was left open')
}

/** Count and hash the whole lines of a file, and list the rest. */
async function examine(path: string): Promise<{ lines: number; bytes: number; sha256: string; bad: RawLine[] }> {
  const hash = createHash('sha256')
  const found = { lines: 0, bytes: 0, bad: [] as RawLine[] }
  for await (const batch of rawLines(path)) {
    for (const raw of batch) {
      if (!raw.ended || !isWholeObject(raw.line)) {
        found.bad.push({ ...raw, line: Buffer.from(raw.line) })
        continue
      }
      hash.update(raw.line).update('\n')
      found.lines += 1
      found.bytes += raw.line.length + 1
    }
  }
  return { ...found, sha256: hash.digest('hex') }
}

async function reject(file: SpoolFile, bad: readonly RawLine[], spool: string, nowMs: number): Promise<void> {
  const hour = hourOf(file.minute)
  const reason = (raw: RawLine) => (raw.ended ? 'no whole JSON object, in an adopted file' : 'torn at a crash')
  const records = bad.map((raw) =>
    rejectedRecord(raw.line, { hour, nowMs, reason: reason(raw), from: { name: file.name, offset: raw.offset } }),
  )
  await appendRejected(spool, records)
  await appendToJournal(spool, nowMs, {
    event: 'rejected',
    hour: hourName(hour),
    lines: bad.length,
    reason: `in ${file.name}, left open by a crash`,
  })
}

/** Put a copy without the bad lines in the file's place; it appears whole. */
async function cutOut(path: string, bad: readonly RawLine[]): Promise<void> {
  crashPoint('adopt-before-cut-out')
  {
    await using copy = await DiskFile.open(path + PART, 'empty')
    let start = 0
    for (const { offset, line, ended } of [...bad, undefined].map(
      (raw) => raw ?? { offset: Infinity, line: '', ended: false },
    )) {
      if (offset > start)
        for await (const chunk of createReadStream(path, { start, end: offset - 1 }) as AsyncIterable<Buffer>)
          copy.append(chunk)
      start = offset + line.length + (ended ? 1 : 0)
    }
    await copy.sync()
  }
  crashPoint('adopt-before-cut-in')
  await moveDurably(path + PART, path)
}

async function syncFile(path: string): Promise<void> {
  await using file = await DiskFile.open(path, 'append')
  await file.sync()
}
