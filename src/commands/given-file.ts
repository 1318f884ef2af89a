import { readAny } from '../durable/files.js'
import { errorText, ExitCode, OperatorError } from '../operator-error.js'

/** The text of a file that an option names. @throws OperatorError with exit code 2 where it can't be read */
export function given(option: string, path: string): Promise<string> {
  return readAny(path).catch((cause: unknown) => {
    throw new OperatorError(`${option}: ${path} can't be read (${errorText(cause)})`, {
      exitCode: ExitCode.usage,
      cause,
    })
  })
}
