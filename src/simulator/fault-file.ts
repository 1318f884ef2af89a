import { z } from 'zod'
import { ExitCode, OperatorError } from '../operator-error.js'
import { faultKinds } from './fault-kinds.js'
import type { Fault } from './fault-plan.js'
import { wrongValueIn } from './fault-values.js'
import { serviceNames, type ServiceName } from './service-names.js'

const fields = {
  service: z.enum(serviceNames),
  kind: z.string(),
  after: z.number().nonnegative().optional(),
  at: z.iso.datetime().optional(),
  only: z.string().optional(),
  times: z.int().positive().optional(),
  value: z.number().optional(),
}

/**
 * The faults that a file's JSON lists, all of services that run: what can't happen tests nothing.
 * @throws OperatorError with exit code 2 that names the file and everything that is wrong in it
 */
export function parseFaults(file: string, text: string, running: readonly ServiceName[]): Fault[] {
  const refuse = (what: string, cause?: unknown) =>
    new OperatorError(`${file} is no fault plan: ${what}`, { exitCode: ExitCode.usage, cause })
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw refuse('no valid JSON', cause)
  }
  const { success, data, error } = z.array(z.strictObject(fields)).safeParse(json)
  if (!success)
    throw refuse(
      `${z.prettifyError(error).replaceAll(/\s*\n\s*/g, ' ')}; it wants a list of objects with ${Object.keys(fields).join(', ')}`,
      error,
    )
  const wrong = (data as Fault[]).flatMap((fault, index) => wrongIn(fault, running).map((what) => `${index}: ${what}`))
  if (wrong.length > 0) throw refuse(wrong.join('; '))
  return data as Fault[]
}

function wrongIn(fault: Fault, running: readonly ServiceName[]): string[] {
  const { service, kind } = fault
  const kinds = Object.keys(faultKinds[service])
  if (!kinds.includes(kind)) return [`${service} has no fault "${kind}"; it has ${kinds.join(', ')}`]
  if (!running.includes(service)) return [`${service} is not simulated in this run: name it, or leave the fault out`]
  return wrongValueIn(fault)
}
