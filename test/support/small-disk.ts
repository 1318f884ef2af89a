import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import { temporaryFolder } from './temporary-folder.js'
import { toolMissing } from './require-tool.js'

const run = promisify(execFile)

/** Why no small disk can be had here, `undefined` where one can: only root may mount, and not in every container. */
export function smallDiskMissing(): string | undefined {
  const missing = toolMissing('mount')
  if (missing !== undefined) return missing
  try {
    execFileSync('sh', ['-c', 'd=$(mktemp -d) && mount -t tmpfs -o size=64k tmpfs $d && umount $d && rmdir $d'], {
      stdio: 'ignore',
    })
    return undefined
  } catch {
    return 'this user may not mount a disk here'
  }
}

/** A real disk of so many MiB, mounted on a folder of its own to the end of the block. */
export async function smallDisk(mib: number) {
  const folder = await temporaryFolder()
  await run('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'tmpfs', folder.path])
  return {
    path: folder.path,
    [Symbol.asyncDispose]: async () => {
      await run('umount', ['--lazy', folder.path])
      await folder[Symbol.asyncDispose]()
    },
  }
}
