import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { changed, iniText, serverOne } from '../settings/settings-text.js'
import { noFolderSyncLibrary } from '../support/preload.js'
import { runCollector } from '../support/program.js'
import { toolMissing } from '../support/require-tool.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { payload } from '../support/tweets.js'

const MADE = Date.parse('2026-11-21T13:07:00Z')

test.skipIf(toolMissing('cc'))(
  'an hour is archived where folders cannot be synced, and that is told once',
  async () => {
    await using folder = await temporaryFolder()
    await using library = await noFolderSyncLibrary()
    const settings = join(folder.path, 'settings.ini')
    await writeFile(
      settings,
      iniText(changed(serverOne, { server: { redundant: 'false' }, spool: { server_2_folder: '' } })),
    )
    const hour = join(folder.path, 'spool', '2026-11-21', '13')
    await mkdir(hour, { recursive: true })
    await writeFile(join(hour, 'sampled_stream_2026-11-21_13-07.jsonl'), `${payload(MADE).toString()}\n`)
    const at = MADE + 2 * 3_600_000
    const env = { LD_PRELOAD: library.path, COLLECTOR_CLOCK: `${Date.now()}/${at}/1` }
    const { code, stderr } = await runCollector(['process-hour', '--settings', settings], env)
    expect(stderr.match(/can't put the names in a folder on the disk \(fsync: EINVAL\)/g)).toHaveLength(1)
    expect(stderr).not.toContain('bug')
    expect(code).toBe(0)
    expect(await readdir(join(folder.path, 'vault', '2026-11-21'))).toContain('2026-11-21_13_hour.json')
  },
)
