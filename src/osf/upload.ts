import type { LocalContent } from './local-content.js'
import type { OsfClient } from './osf-client.js'
import { OsfError } from './osf-error.js'
import { hasContent } from './same-content.js'
import type { RemoteTree } from './remote-tree.js'
import { retrying, type Patience } from './retrying.js'

/**
 * Bring a file to `remote` (`2026/11/21/name`), as a new file or as a new version. Before it is sent again after a failure
 * OSF is asked what it has: an upload whose answer got lost may well be there. With `onlyNew` a file that OSF has stays.
 * @returns `unchanged` where OSF had these bytes already
 * @throws OsfError when it is given up
 */
export async function upload(
  content: LocalContent,
  remote: string,
  {
    client,
    tree,
    patience,
    onlyNew = false,
  }: { client: OsfClient; tree: RemoteTree; patience: Patience; onlyNew?: boolean },
): Promise<'uploaded' | 'unchanged'> {
  const folderPath = remote.split('/').slice(0, -1)
  const name = remote.split('/').at(-1) ?? ''
  let perhapsStored = false

  const tryOnce = async (): Promise<'uploaded' | 'unchanged'> => {
    const { folder, files } = await tree.open(folderPath)
    const known = files.get(name)
    if (known && (await hasContent(known, content))) return perhapsStored ? 'uploaded' : 'unchanged'
    if (known && onlyNew)
      throw new OsfError('kept', `${remote} is at OSF, perhaps more whole than here: what is published stays as it is`)
    files.set(name, await (known ? client.updateFile(known, content) : client.createFile(folder, name, content)))
    return 'uploaded'
  }

  return retrying(tryOnce, patience, ({ kind, existing }) => {
    perhapsStored ||= kind === 'temporary' || kind === 'mismatch'
    if (existing) tree.remember(folderPath, existing)
    else if (kind === 'not-found') tree.forgetAll()
    else tree.forget(folderPath)
  })
}
