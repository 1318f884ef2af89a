import { createHash } from 'node:crypto'
import { createReadStream } from '../durable/files.js'
import { errorText } from '../operator-error.js'
import type { LocalContent } from './local-content.js'
import { OsfError } from './osf-error.js'
import type { RemoteFile } from './remote-entry.js'

/**
 * Whether a file at OSF has the bytes of one of ours: by SHA-256, or by MD5 and size where the storage, as an add-on, tells no more.
 * @throws OsfError `refused`, fatal, where the storage tells no hash at all: then nothing could ever be checked
 */
export async function hasContent(remote: RemoteFile, local: LocalContent): Promise<boolean> {
  if (remote.sha256 !== undefined) return remote.sha256 === local.sha256
  if (remote.md5 !== undefined)
    return (remote.bytes === undefined || remote.bytes === local.bytes) && remote.md5 === (await md5Of(local.path))
  throw new OsfError(
    'refused',
    `the storage at OSF tells no SHA-256 and no MD5 of ${remote.path}, so that no upload can be checked: set [osf] storage = osfstorage, or one that tells them`,
    { fatal: true },
  )
}

async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5')
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk)
  } catch (error) {
    throw new OsfError('local', `${path} can't be read to be compared (${errorText(error)}): check the vault`)
  }
  return hash.digest('hex')
}
