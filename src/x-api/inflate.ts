import { pipeline } from 'node:stream'
import { constants, createGunzip } from 'node:zlib'
import { errorText } from '../operator-error.js'
import { StreamError } from './stream-error.js'

/**
 * Inflate gzip as it comes, piece by piece. Where `source` ends early, with an error or without, everything that was
 * received before is still handed on, then its error is thrown.
 * @throws StreamError when the bytes are no gzip
 */
export async function* inflate(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const ending: Ending = {}
  const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH, chunkSize: 256 << 10 })
  pipeline(untilError(source, ending), gunzip, () => undefined)
  try {
    yield* gunzip as AsyncIterable<Buffer>
  } catch (error) {
    throw new StreamError('network', `what came is no gzip (${errorText(error)})`)
  }
  if (ending.error !== undefined) throw ending.error
}

interface Ending {
  error?: StreamError
}

async function* untilError(source: AsyncIterable<Buffer>, ending: Ending): AsyncGenerator<Buffer> {
  try {
    yield* source
  } catch (error) {
    if (!(error instanceof StreamError)) throw error
    ending.error = error
  }
}
