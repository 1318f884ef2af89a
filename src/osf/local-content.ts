import { createReadStream } from '../durable/files.js'
import { stat } from '../durable/files.js'
import { hashFile } from '../durable/hash.js'
import { errorText } from '../operator-error.js'
import { OsfError } from './osf-error.js'

/** WaterButler's MAX_BODY_SIZE, 4.9 GiB: a little less than the 5 GB that OSF's help pages name. */
const MOST_BYTES = Math.floor(4.9 * 1024 ** 3)

/** A file of ours, with the hash that its copy at OSF must have. */
export interface LocalContent {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

/** Measure and hash a file. @throws OsfError (`local`, or `too-large` before a byte of it is read) */
export async function readLocalContent(path: string): Promise<LocalContent> {
  try {
    const { size } = await stat(path)
    if (size > MOST_BYTES)
      throw new OsfError(
        'too-large',
        `${path} has ${size} bytes, OSF takes ${MOST_BYTES} at most: publish it elsewhere`,
      )
    return { path, ...(await hashFile(path)) }
  } catch (error) {
    if (error instanceof OsfError) throw error
    throw new OsfError('local', `${path} can't be read to be published (${errorText(error)}): check the vault`)
  }
}

/**
 * The file's bytes, exactly as many as were measured; `moved` is called for each chunk that the connection takes.
 * @throws OsfError (`local`) when there are fewer
 */
export async function* bytesOf({ path, bytes }: LocalContent, moved: () => void): AsyncGenerator<Buffer> {
  let left = bytes
  const chunks = createReadStream(path, { end: Math.max(bytes - 1, 0) }) as AsyncIterable<Buffer>
  for await (const chunk of chunks) {
    moved()
    left -= chunk.length
    yield chunk
  }
  if (left > 0) throw new OsfError('local', `${path} became ${left} bytes shorter while it was sent: run it again`)
}
