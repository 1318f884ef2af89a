import type { Log } from '../log.js'
import type { OsfSettings } from '../settings/settings.js'
import type { OsfClient } from './osf-client.js'
import { OsfError } from './osf-error.js'

const ADVICE = 'make room, or set [osf] project to a new one'

/**
 * Ask OSF before the first upload whether there is room, for it says so of an upload only after the last byte. A public
 * project may have ten times as much as a private one, and whether this one is public OSF knows best: more than a private
 * one may have is only warned of. What can't be found out here, the upload itself will tell.
 * @throws OsfError `quota`, fatal
 */
export async function checkRoom(
  client: OsfClient,
  { settings, log }: { settings: OsfSettings; log: Log },
): Promise<void> {
  const room = await client.room().catch((error: unknown) => {
    if (!(error instanceof OsfError)) throw error
    log.debug({ reason: error.message }, 'osf: how full the project is, is not known')
    return undefined
  })
  if (!room || ['DEFAULT', 'NOT_CALCULATED'].includes(room.status)) return
  const used = `project ${settings.project} at OSF has ${room.usedBytes ?? 'unknown'} bytes, its status is ${room.status}`
  if (room.status === 'OVER_PUBLIC') throw new OsfError('quota', `${used}: OSF takes no more; ${ADVICE}`)
  log.warn(
    `osf: ${used}: ${room.status === 'OVER_PRIVATE' ? 'only a public project may have more' : 'it will be full soon'}; ${ADVICE}`,
  )
}
