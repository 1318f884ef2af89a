import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../clock.js'
import { makeFolder, remove } from '../durable/disk.js'
import { namesIn } from '../durable/folder.js'
import { CorruptStateError, readState, writeState } from '../durable/state-file.js'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../utc.js'
import { localMoment } from '../local-time.js'
import type { Settings } from '../settings/settings.js'
import { orLastResort, rememberingFolders } from './last-resort.js'
import { putIntoOutbox } from './mail/outbox.js'

/** Something that is wrong for a while, and that somebody must know of. */
export interface Incident {
  /** What it is about: lower-case letters, digits, hyphens. While one is open, another of the same key is the same. */
  readonly key: string
  readonly subject: string
  readonly text: string
}

/** Where alerts come from and go to. */
export interface AlertPlace {
  readonly stateFolder: string
  /** Who speaks, at the head of each subject: `collector server 1`. */
  readonly sender: string
  /** IANA name, for the times that are shown. */
  readonly timezone: string
  readonly clock: Clock
}

/** Alerts of this server. */
export const alertPlace = (
  { number, stateFolder, timezone }: Pick<Settings['server'], 'number' | 'stateFolder' | 'timezone'>,
  clock: Clock,
): AlertPlace => ({ stateFolder, sender: `collector server ${number}`, timezone, clock })

const stateSchema = z.object({
  subject: z.string(),
  since: z.iso.datetime(),
  /** How often it has been told of; forgotten a day after it was over. */
  times: z.int().positive(),
  over: z.object({ at: z.iso.datetime(), text: z.string(), told: z.boolean() }).optional(),
})
type State = z.infer<typeof stateSchema>

const FIRST_SETTLE_MS = 10 * MINUTE_MS
const LONGEST_SETTLE_MS = 4 * HOUR_MS

/**
 * How long an incident must be over before that is told, so that one that comes and goes gives no flood: longer each
 * time that it has come within a day.
 */
export const settleMs = (times: number): number => Math.min(FIRST_SETTLE_MS * 2 ** (times - 1), LONGEST_SETTLE_MS)

/**
 * Tell of an incident: once, however often it is opened, until it is closed and has settled. The mail is on the disk when
 * this returns; where the state folder can't be written, in memory. Losing the state folder's `alerts/` costs a repeated mail.
 * @throws where the state folder cannot be used
 */
export async function openIncident(place: AlertPlace, { key, subject, text }: Incident): Promise<void> {
  const state = await stateOf(place, key)
  if (state && state.over?.told !== true) {
    if (state.over) await save(place, key, { ...state, over: undefined })
    return
  }
  const nowMs = place.clock.now()
  await mail(place, `alert-${key}`, subject, text)
  await save(place, key, { subject, since: new Date(nowMs).toISOString(), times: (state?.times ?? 0) + 1 })
}

/** An incident is over; `text` says what is so now. Told by `settleIncidents` once it has lasted. None open: nothing is done. */
export async function closeIncident(place: AlertPlace, key: string, text: string): Promise<void> {
  const state = await stateOf(place, key)
  if (!state || state.over) return
  const at = new Date(place.clock.now()).toISOString()
  await save(place, key, { ...state, over: { at, text, told: false } })
}

/** Whether it is told of and not over yet. */
export async function isOpen(place: AlertPlace, key: string): Promise<boolean> {
  const state = await stateOf(place, key)
  return state !== undefined && state.over === undefined
}

/** Tell which incidents are over for good, and forget those of days ago. To be called now and then. */
export async function settleIncidents(place: AlertPlace): Promise<void> {
  const names = new Set<string>()
  for (const folder of await foldersOf(place)) for (const name of await namesIn(folder)) names.add(name)
  for (const name of names) {
    const key = /^([a-z\d-]+)\.json$/.exec(name)?.[1]
    if (key !== undefined) await settle(place, key)
  }
}

async function settle(place: AlertPlace, key: string): Promise<void> {
  const state = await stateOf(place, key)
  if (!state?.over) return
  const { at, text, told } = state.over
  // A clock that was set back must not keep it open for as long.
  const overMs = Math.abs(place.clock.now() - Date.parse(at))
  if (told && overMs > DAY_MS) await forget(place, key)
  if (told || overMs < settleMs(state.times)) return
  const [began, ended] = [state.since, at].map((time) => localMoment(Date.parse(time), place.timezone))
  const body = `${text}\n\nIt began ${began} and was over ${ended}.`
  await mail(place, `alert-${key}-over`, `over: ${state.subject}`, body)
  await save(place, key, { ...state, over: { at, text, told: true } })
}

/** Tell of something that just happens, such as a start, but not again within `apartMs`. */
export async function tellOf(place: AlertPlace, { key, subject, text }: Incident, apartMs: number): Promise<void> {
  const last = await stateOf(place, key)
  const nowMs = place.clock.now()
  if (last && Math.abs(nowMs - Date.parse(last.since)) < apartMs) return
  await mail(place, `alert-${key}`, subject, text)
  const at = new Date(nowMs).toISOString()
  await save(place, key, { subject, since: at, times: 1, over: { at, text: '', told: true } })
}

const alertsFolder = (stateFolder: string): string => join(stateFolder, 'alerts')
const pathIn = (folder: string, key: string): string => join(folder, `${key}.json`)

/** Where incidents are remembered, the newest first. */
const foldersOf = async ({ stateFolder }: AlertPlace): Promise<string[]> =>
  (await rememberingFolders(stateFolder)).map(alertsFolder)

async function save(place: AlertPlace, key: string, state: State): Promise<void> {
  const used = await orLastResort(place.stateFolder, async (folder) => {
    await makeFolder(alertsFolder(folder))
    await writeState(pathIn(alertsFolder(folder), key), state)
    return folder
  })
  if (used !== place.stateFolder) return
  for (const folder of (await foldersOf(place)).slice(0, -1)) await remove(pathIn(folder, key))
}

async function forget(place: AlertPlace, key: string): Promise<void> {
  for (const folder of await foldersOf(place)) await remove(pathIn(folder, key))
}

/** A damaged memory is as good as none. */
async function stateOf(place: AlertPlace, key: string): Promise<State | undefined> {
  for (const folder of await foldersOf(place)) {
    const state = await readState(pathIn(folder, key), stateSchema).catch((error: unknown) => {
      if (error instanceof CorruptStateError) return undefined
      throw error
    })
    if (state) return state
  }
  return undefined
}

const mail = ({ stateFolder, sender, clock }: AlertPlace, about: string, subject: string, text: string) =>
  putIntoOutbox(stateFolder, { about, subject: `${sender}: ${subject}`, text: `${text}\n` }, clock.now())
