import type { FaultKind } from './fault-kinds.js'
import type { Fault } from './fault-plan.js'
import type { ServiceName } from './service-names.js'

/** Which numbers a fault's `value` may be. */
interface ValueRange {
  readonly what: string
  readonly least: number
  readonly most: number
  readonly isWhole: boolean
}

const seconds: ValueRange = { what: 'seconds', least: 0, most: 366 * 24 * 3600, isWhole: false }
const bytes: ValueRange = { what: 'a whole number of bytes', least: 0, most: 2 ** 50, isWhole: true }
const httpStatus: ValueRange = { what: 'a final status of HTTP', least: 200, most: 599, isWhole: true }
/** Of version 3, but for OK: no other can be sent. */
const sftpStatus: ValueRange = { what: 'a status of SFTP that is an error', least: 1, most: 8, isWhole: true }

/** The faults that have a number of their own. */
const faultValues: { readonly [Service in ServiceName]: { readonly [Kind in FaultKind<Service>]?: ValueRange } } = {
  x: {
    'rate-limit': seconds,
    stall: seconds,
    quiet: seconds,
    burst: seconds,
    nulls: seconds,
    'lone-surrogates': seconds,
    'empty-contained-within': seconds,
  },
  osf: { status: httpStatus, reset: bytes },
  sftp: { status: sftpStatus, 'odd-missing': sftpStatus, cut: bytes, 'little-space': bytes },
  smtp: {},
}

/** What is wrong with a fault's `value`, for a kind that its service has. */
export function wrongValueIn({ service, kind, value }: Fault): string[] {
  if (value === undefined) return []
  const range = (faultValues[service] as Readonly<Record<string, ValueRange>>)[kind]
  if (!range) return [`${service}'s fault "${kind}" has no value: leave out ${value}`]
  const { what, least, most, isWhole } = range
  if (value >= least && value <= most && (!isWhole || Number.isInteger(value))) return []
  return [`the value of ${service}'s fault "${kind}" is ${value}: it wants ${what}, from ${least} to ${most}`]
}
