import { join } from 'node:path'
import { z } from 'zod'
import { makeFolder, remove } from '../durable/disk.js'
import { CorruptStateError, readState, writeState } from '../durable/state-file.js'
import { localMoment } from '../local-time.js'
import { ExitCode } from '../operator-error.js'
import { HOUR_MS } from '../utc.js'
import { closeIncident, openIncident, type AlertPlace } from './alerts.js'
import { orLastResort, rememberingFolders } from './last-resort.js'
import { unitKey } from './unit-incident.js'

/** How a run of a verb ended. */
export interface Outcome {
  readonly verb: string
  readonly exitCode: ExitCode
  /** What the verb said of it, with the next step. */
  readonly words: string
  /** What it found that somebody should look after, in whole sentences. */
  readonly warnings: readonly string[]
  /** Exit codes of a run that did not come to its end for a reason that should pass by itself. */
  readonly passing: readonly ExitCode[]
}

/** What should pass by itself and has not for so long is told. */
const PATIENCE_MS = 6 * HOUR_MS
const MOST_LINES = 30

const unendedSchema = z.object({ since: z.iso.datetime() })

/**
 * Open or close the verb's incident: it is opened by a failure, or once no run has come to its end for six hours, and
 * closed by a run that does. It is the incident of the verb's unit, so that systemd, which sees the same failure, tells
 * nothing more. What a run that came to its end warns of is an incident of its own. All of it is to be settled and sent by the caller.
 * @throws where the state folder cannot be used
 */
export async function noteOutcome(place: AlertPlace, outcome: Outcome): Promise<void> {
  const { verb, exitCode, passing } = outcome
  const key = unitKey(`collector-${verb}.service`)
  if (exitCode === ExitCode.failed || exitCode === ExitCode.usage) {
    await openIncident(place, { key, subject: `${verb} has failed`, text: textOf(outcome) })
  } else if (passing.includes(exitCode)) {
    const sinceMs = await unendedSince(place, verb)
    if (place.clock.now() - sinceMs >= PATIENCE_MS)
      await openIncident(place, {
        key,
        subject: `no ${verb} has come to its end for hours`,
        text: `None has since ${localMoment(sinceMs, place.timezone)}, though it is tried again and again. The last one said:\n\n${textOf(outcome)}`,
      })
  } else if (exitCode !== ExitCode.temporary) {
    for (const folder of await rememberingFolders(place.stateFolder)) await remove(unendedPath(folder, verb))
    await closeIncident(place, key, `${verb} has come to its end as it should.`)
    await noteWarnings(place, outcome)
  }
}

async function noteWarnings(place: AlertPlace, { verb, warnings }: Outcome): Promise<void> {
  const key = `${verb}-warns`
  if (warnings.length === 0) await closeIncident(place, key, `${verb} has nothing to warn of any more.`)
  else await openIncident(place, { key, subject: `${verb} warns`, text: shortened(warnings.join('\n\n')) })
}

const textOf = ({ words, warnings }: Outcome): string =>
  `${shortened([words.trimEnd(), ...warnings].join('\n\n'))}\n\nWhat was collected is kept. A mail follows when it works again.`

function shortened(text: string): string {
  const lines = text.split('\n')
  const more = lines.length - MOST_LINES
  return more > 0
    ? [...lines.slice(0, MOST_LINES), `and ${more} more lines: run it by hand to see them`].join('\n')
    : text
}

/** Since when no run has come to its end, ms since 1970; from now on, where the one before did. */
async function unendedSince(place: AlertPlace, verb: string): Promise<number> {
  const known = await readUnended(place, verb)
  const nowMs = place.clock.now()
  // A clock that was set back must not keep it quiet for as long.
  if (known && Date.parse(known.since) <= nowMs) return Date.parse(known.since)
  await orLastResort(place.stateFolder, async (folder) => {
    await makeFolder(folder)
    await writeState(unendedPath(folder, verb), { since: new Date(nowMs).toISOString() })
  })
  return nowMs
}

async function readUnended({ stateFolder }: AlertPlace, verb: string) {
  for (const folder of await rememberingFolders(stateFolder)) {
    const known = await readState(unendedPath(folder, verb), unendedSchema).catch((error: unknown) => {
      if (error instanceof CorruptStateError) return undefined
      throw error
    })
    if (known) return known
  }
  return undefined
}

const unendedPath = (folder: string, verb: string): string => join(folder, `unended-${verb}.json`)
