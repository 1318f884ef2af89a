/**
 * Places in the writing of files at which a test can have the process killed, to see what a crash just there leaves.
 * `collect` passes all of them; those of an adoption only where it finds what they are about.
 */
export const crashPoints = [
  'part-before-create',
  'part-after-create',
  'part-after-folder-sync',
  'minute-before-write',
  'minute-after-write',
  'minute-before-sync',
  'minute-after-sync',
  'seal-before-sync',
  'seal-after-sync',
  'seal-before-rename',
  'seal-after-rename',
  'seal-after-folder-sync',
  'journal-before-write',
  'journal-after-write',
  'journal-after-sync',
  'rejected-before-write',
  'rejected-after-write',
  'adopt-before-reject',
  'adopt-before-cut-out',
  'adopt-before-cut-in',
  'adopt-before-seal',
  'adopt-before-remove',
  'heartbeat-before-write',
  'heartbeat-before-rename',
  'heartbeat-after-rename',
  'connects-before-write',
  'connects-after-write',
  'reserve-before-write',
  'reserve-before-rename',
] as const

/** Those that `process-hour` passes when it archives an hour of two servers. */
export const archiveCrashPoints = [
  'archive-after-part',
  'archive-after-read-back',
  'archive-before-book',
  'archive-after-book',
  'archive-after-rename',
  'archive-before-receipt',
  'archive-after-receipt',
  'archive-before-remove',
  'archive-after-remove',
  'archive-before-clear',
  'archive-before-report',
] as const

export type CrashPoint = (typeof crashPoints)[number] | (typeof archiveCrashPoints)[number]

const allPoints: readonly string[] = [...crashPoints, ...archiveCrashPoints]

let armed: { readonly name: string; passagesLeft: number; readonly kill: () => void } | undefined

/**
 * Have `kill` called at a crash point: `text` is `NAME`, or `NAME:7` for its 7th passage. Without a text nothing is armed.
 * @throws Error where there is no such point
 */
export function armCrashPoint(text: string | undefined, kill: () => void): void {
  armed = undefined
  if (!text) return
  const [name = '', passage = '1'] = text.split(':')
  if (!allPoints.some((known) => known === name) || !/^[1-9]\d*$/.test(passage))
    throw new Error(
      `COLLECTOR_CRASH_AT is "${text}"; it wants NAME or NAME:PASSAGE with one of ${allPoints.join(', ')}`,
    )
  armed = { name, passagesLeft: Number(passage), kill }
}

/** The process is at this point. */
export function crashPoint(name: CrashPoint): void {
  if (armed?.name !== name) return
  armed.passagesLeft -= 1
  if (armed.passagesLeft === 0) armed.kill()
}
