import { execFile } from 'node:child_process'
import { chmod, copyFile, mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.js'

const bin = (name: string) => join(import.meta.dirname, '../../bin', name)
const run = promisify(execFile)

test('a program that is not built is no fault of the settings, after which systemd would not start it again', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, 'bin'))
  await copyFile(bin('collector'), join(folder.path, 'bin', 'collector'))
  await chmod(join(folder.path, 'bin', 'collector'), 0o755)
  await symlink(join(folder.path, 'bin', 'collector'), join(folder.path, 'collector'))
  await expect(run(join(folder.path, 'collector'), ['collect'])).rejects.toMatchObject({
    code: 1,
    stderr: `collector: ${folder.path}/dist/main.js is missing: run 'npm ci' in ${folder.path}\n`,
  })
})

test.each(['collector', 'collector-run'])('bin/%s is a script that sh can read', async (name) => {
  await run('sh', ['-n', bin(name)])
})
