import { realpath } from 'node:fs/promises'
import { basename, dirname, join, posix, sep } from 'node:path'
import { permissionDenied } from './status.js'

/** A client's path in its shortest form, from the root that it sees. Its working folder is that root. */
export const visiblePath = (path: string): string => posix.resolve('/', path)

/**
 * Where a client's path lies on this machine, with every symbolic link on the way followed; the last name need not exist.
 * @throws StatusError when a link leads out of `root`, which must be a real path
 */
export async function rootedPath(root: string, path: string): Promise<string> {
  const visible = visiblePath(path)
  if (visible === '/') return root
  const real = join(await realpath(dirname(join(root, visible))), basename(visible))
  if (!real.startsWith(root + sep)) throw permissionDenied()
  return real
}
