import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { publishDays } from '../../src/publish/publish-days.js'
import type { Fault } from '../../src/simulator/fault-plan.js'
import { appendToJournal, type NewEvent } from '../../src/spool/journal.js'
import { HOUR_MS, MINUTE_MS } from '../../src/utc.js'
import { osfWorld } from '../osf/osf-world.js'
import { HOUR, hourWorld } from '../support/hour-world.js'
import { payload } from '../support/tweets.js'

interface WorldOptions {
  readonly hours?: readonly number[]
  readonly emptyHours?: number
  readonly clock?: 'manual'
  /** By the minute of the first hour. */
  readonly journal?: readonly (readonly [minute: number, event: NewEvent])[]
}

/** An archive of some hours from 13:00 on, made by process-hour, and a simulated OSF to publish it on. */
export async function publishWorld(
  faults: readonly Omit<Fault, 'service'>[] = [],
  { hours = [0, 1], emptyHours = 0, clock, journal = [] }: WorldOptions = {},
) {
  const archive = await hourWorld({ redundant: false })
  for (const [minute, event] of journal) await appendToJournal(archive.spools[1], HOUR + minute * MINUTE_MS, event)
  const last = HOUR + (Math.max(...hours) + emptyHours) * HOUR_MS
  for (const hour of hours) {
    const minutes = [1, 2, 3].map((minute) => payload(HOUR + hour * HOUR_MS + minute * 60_000))
    await archive.collected(1, minutes)
  }
  archive.clock.advance(last - HOUR)
  await archive.run()
  const osf = await osfWorld(faults, clock === 'manual' ? { clock: archive.clock } : {})
  const context = {
    ...osf.context,
    vault: archive.vault,
    version: '0.2.0',
    token: () => Promise.resolve(osf.context.token),
  }
  return {
    ...{ archive, osf, context, last, vault: archive.vault },
    publish: (wanted?: Parameters<typeof publishDays>[1]) => publishDays(context, wanted),
    /** Write a day's report by hand. */
    async report(day: string, text: string): Promise<void> {
      await mkdir(join(archive.vault, day), { recursive: true })
      await writeFile(join(archive.vault, day, `${day}_report.txt`), text)
    },
    /** The paths of what OSF has. */
    remote: () => osf.osf.files().map(({ path }) => path),
    [Symbol.asyncDispose]: async () => {
      await osf[Symbol.asyncDispose]()
      await archive[Symbol.asyncDispose]()
    },
  }
}
