import { existsSync } from 'node:fs'
import { cp, symlink } from 'node:fs/promises'
import { join } from 'node:path'

/** The repository, seen from here or from the same place in `build/`. */
const root = ['../..', '../../..']
  .map((up) => join(import.meta.dirname, up))
  .find((folder) => existsSync(join(folder, 'package.json')))

/** A copy of the built program in `folder`, so that a build meanwhile disturbs no run. Answers its main.js. */
export async function copyProgram(folder: string): Promise<string> {
  if (!root) throw new Error(`no package.json above ${import.meta.dirname}`)
  await cp(join(root, 'dist'), join(folder, 'dist'), { recursive: true })
  await cp(join(root, 'package.json'), join(folder, 'package.json'))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  return join(folder, 'dist/main.js')
}
