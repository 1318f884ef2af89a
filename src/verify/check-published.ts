import { faultText } from '../durable/owner.js'
import { CorruptStateError } from '../durable/state-file.js'
import { errorCode } from '../operator-error.js'
import type { OsfSettings } from '../settings/settings.js'
import { checkRemote } from './check-remote.js'
import { checkTables } from './check-tables.js'
import { addTo, nothingFound, type Found } from './finding.js'
import type { VerifyContext, VerifyOptions } from './verify.js'

/** What was published, and from where. */
export interface PublishedPlace {
  readonly vault: string
  readonly days: readonly number[]
  readonly beginning: number | undefined
  readonly settings: OsfSettings
}

/**
 * What is found of the tables as they were described last; and of what OSF has, where there is a token. Of a single day or month the
 * description of the whole data set is not looked at.
 */
export async function checkPublished(
  { vault, days, beginning, settings }: PublishedPlace,
  { settings: { server }, clock, log, random, signal }: VerifyContext,
  { osfToken: token, scope }: VerifyOptions,
): Promise<Found> {
  const { stateFolder } = server
  const found = nothingFound()
  const description = scope.day === undefined && scope.month === undefined
  if (description)
    try {
      addTo(found, await checkTables({ vault, stateFolder, settings, beginning }, { clock, signal }))
    } catch (error) {
      signal.throwIfAborted()
      if (errorCode(error) === undefined && !(error instanceof CorruptStateError)) throw error
      found.findings.push({ place: stateFolder, text: `what was published cannot be read (${faultText(error)})` })
    }
  if (token === undefined) return found
  const context = { settings, token, stateFolder, clock, log, random, signal }
  addTo(found, await checkRemote({ vault, days, description }, context))
  return found
}
