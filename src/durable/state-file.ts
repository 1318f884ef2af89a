import { readFile } from './files.js'
import type { z } from 'zod'
import { errorCode, OperatorError } from '../operator-error.js'
import { NoFileError } from './no-file.js'
import { writeWholeFile } from './whole-file.js'

/** A file of our own that does not say what it must. It is left as it is, for a person to look at. */
export class CorruptStateError extends OperatorError {
  readonly path: string
  readonly fault: string

  constructor(path: string, fault: string, advice = 'move it away after a look at it') {
    super(`${path} is damaged (${fault}): ${advice}; it has been left as it is`)
    this.path = path
    this.fault = fault
  }
}

/**
 * The checked content of one of our JSON files, `undefined` where there is none. `advice` tells what to do about a damaged one.
 * @throws CorruptStateError when the file is no JSON or has another shape, or is no file
 */
export async function readState<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  advice?: string,
): Promise<z.infer<Schema> | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error instanceof NoFileError ? new CorruptStateError(path, error.fault, advice) : error
  })
  return text === undefined ? undefined : parseState(path, text, schema, advice)
}

/** Check the text of one of our JSON files; `path` is for the message. @throws CorruptStateError */
export function parseState<Schema extends z.ZodType>(
  path: string,
  text: string,
  schema: Schema,
  advice?: string,
): z.infer<Schema> {
  const result = schema.safeParse(parseJson(path, text, advice))
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new CorruptStateError(path, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'wrong shape'}`, advice)
}

/** Write a JSON file that appears whole. */
export async function writeState(path: string, value: unknown): Promise<void> {
  await writeWholeFile(path, stateText(value))
}

/** A value as it stands in our JSON files. */
export const stateText = (value: unknown): string => JSON.stringify(value, null, 1) + '\n'

function parseJson(path: string, text: string, advice?: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new CorruptStateError(path, 'no valid JSON', advice)
  }
}
