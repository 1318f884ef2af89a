import { isUtf8 } from 'node:buffer'
import { openAny } from '../durable/files.js'
import { errorCode, ExitCode, OperatorError } from '../operator-error.js'
import type { SettingsFault } from './settings-fault.js'

const MOST_BYTES = 1 << 20
const MOST_LINES_NAMED = 5

/**
 * The text of a settings file, and a fault for each line that is not UTF-8.
 * @throws OperatorError (exit code 2) where there is none to read, or it is too large to be one
 */
export async function settingsText(file: string): Promise<{ text: string; faults: SettingsFault[] }> {
  const bytes = await bytesOf(file).catch((error: unknown) => {
    const why = errorCode(error) ?? 'unknown error'
    throw new OperatorError(`the settings file ${file} can't be read (${why}): check its path and permissions`, {
      exitCode: ExitCode.usage,
      cause: error,
    })
  })
  if (bytes.length > MOST_BYTES)
    throw new OperatorError(`the settings file ${file} has more than 1 MiB: it is no settings file, check its path`, {
      exitCode: ExitCode.usage,
    })
  return { text: bytes.toString('utf8'), faults: isUtf8(bytes) ? [] : foreignLines(bytes) }
}

/** No more than a byte too many: it may be a pipe, or a device, which has no end. */
async function bytesOf(file: string): Promise<Buffer> {
  const handle = await openAny(file)
  try {
    const bytes = Buffer.alloc(MOST_BYTES + 1)
    let length = 0
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = (await handle.read(bytes, length, bytes.length - length)).bytesRead
    return bytes.subarray(0, length)
  } finally {
    await handle.close()
  }
}

function foreignLines(bytes: Buffer): SettingsFault[] {
  const faults: SettingsFault[] = []
  let start = 0
  for (let line = 1; start < bytes.length && faults.length <= MOST_LINES_NAMED; line += 1) {
    const lf = bytes.indexOf(0x0a, start)
    const end = lf === -1 ? bytes.length : lf + 1
    if (!isUtf8(bytes.subarray(start, end))) faults.push(`line ${line}: is not UTF-8: save the file in that encoding`)
    start = end
  }
  return faults.length > MOST_LINES_NAMED ? [...faults.slice(0, MOST_LINES_NAMED), 'and more such lines'] : faults
}
