import { execFileSync, spawnSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.js'

const main = join(import.meta.dirname, '../../dist/main.js')

/** Run something in a mount namespace of its own without /proc, as in a bare chroot. */
const withoutProc = (words: readonly string[], env: NodeJS.ProcessEnv = process.env) =>
  spawnSync('unshare', ['--mount', 'sh', '-c', 'mount -t tmpfs none /proc && exec "$@"', 'sh', ...words], {
    encoding: 'utf8',
    env,
  })

const canHide = withoutProc(['true']).status === 0

test.skipIf(!canHide)(
  'without /proc, which only root can take away here, process-hour refuses in one line and takes no spool for empty',
  async () => {
    await using folder = await temporaryFolder()
    await mkdir(join(folder.path, 'spool/2026-11-21/13'), { recursive: true })
    await writeFile(join(folder.path, 'spool/2026-11-21/13/sampled_stream_2026-11-21_13-05.jsonl'), '{}\n')
    const settings = join(folder.path, 'settings.ini')
    const lines = ['[server]', 'number = 1', 'redundant = false', 'state_folder = state', '[spool]', 'folder = spool']
    await writeFile(settings, [...lines, 'reserve_mib = 0', '[vault]', 'folder = vault', ''].join('\n'))
    const { status, stderr } = withoutProc([process.execPath, main, 'process-hour', '--settings', settings])
    expect(stderr).toContain('there is no /proc here')
    expect(stderr).not.toContain('bug')
    expect(status).toBe(1)
    expect(execFileSync('ls', [join(folder.path, 'spool/2026-11-21/13')], { encoding: 'utf8' })).toContain('jsonl')
  },
)
