import { execFile } from 'node:child_process'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { publishDays } from '../../src/publish/publish-days.js'
import { publishWorld } from '../publish/publish-world.js'
import { toolMissing } from '../support/require-tool.js'

const cache = process.env['COLLECTOR_SERVERS'] ?? join(homedir(), '.cache/collector-servers')
const frictionless = join(cache, 'venv/bin/frictionless')

/** What `frictionless validate --json` says is wrong, with the data that the descriptor names. */
async function complaints(folder: string): Promise<unknown[]> {
  const words = ['validate', '--json', 'datapackage.json']
  const { stdout } = await promisify(execFile)(frictionless, words, { cwd: folder }).catch(
    (error: unknown) => error as { stdout: string },
  )
  const report = JSON.parse(stdout) as { errors: unknown[]; tasks: { name: string; errors: unknown[] }[] }
  expect(report.tasks.length).toBeGreaterThan(3)
  return [...report.errors, ...report.tasks.flatMap(({ errors }) => errors)]
}

test.skipIf(toolMissing(frictionless))(
  'the published data set is a Data Package by the reference implementation: its descriptor and every file that it names',
  async () => {
    await using world = await publishWorld([], {
      hours: [0, 1, 3],
      journal: [
        [-5, { event: 'connected', backfill_minutes: 0 }],
        [130, { event: 'stopped' }],
      ],
    })
    for (const day of ['2026-11-21', '2026-11-22', '2026-11-23'])
      await world.report(day, 'hour\ttweets\n13\t3\n14\t3\n')
    const settings = {
      ...world.context.settings,
      ...{ license: 'CC0-1.0', creators: ['Jane Doe', 'An Institute'], contact: 'data@example.org' },
      ...{ citation: 'Doe (2026)', funding: 'A foundation', programUrl: 'https://example.org/p' },
    }
    await publishDays({ ...world.context, settings })
    expect(await complaints(join(world.osf.folder, 'osf', 'files'))).toEqual([])
  },
)
