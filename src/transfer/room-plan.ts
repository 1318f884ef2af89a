/** What an hour wants of server 1's disk, and has there. */
export interface HourNeed {
  readonly hour: number
  /** The sizes of its files that are to be sent, in the order in which they go. */
  readonly sizes: readonly number[]
  /** What lies there whole, and goes when server 1 has archived it. */
  readonly thereBytes: number
}

/**
 * How many files of each hour are to be sent, given its hours oldest first: whole hours that fit into `roomBytes`. Where
 * none fits, and the archiving of what lies there would not make room enough for the oldest, it would wait for ever: as many of its files
 * go as fit, and server 1 takes the hour in steps. Hours that are not named wait.
 */
export function planRoom(needs: readonly HourNeed[], roomBytes: number): ReadonlyMap<number, number> {
  const plan = new Map<number, number>()
  let room = roomBytes
  for (const { hour, sizes } of needs) {
    const bytes = total(sizes)
    if (bytes > room) continue
    plan.set(hour, sizes.length)
    room -= bytes
  }
  const sending = needs.filter(({ sizes }) => sizes.length > 0)
  const [oldest] = sending
  const comesFree = total(needs.map(({ thereBytes }) => thereBytes))
  if (oldest && sending.every(({ hour }) => !plan.has(hour)) && total(oldest.sizes) > room + comesFree)
    plan.set(oldest.hour, fitting(oldest.sizes, room))
  return plan
}

function fitting(sizes: readonly number[], room: number): number {
  let [count, left] = [0, room]
  while (count < sizes.length && (sizes[count] ?? 0) <= left) left -= sizes[count++] ?? 0
  return count
}

const total = (sizes: readonly number[]): number => sizes.reduce((sum, bytes) => sum + bytes, 0)
