import { mkdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { osfWorld } from '../osf/osf-world.js'
import { runCollector } from '../support/program.js'
import { verifyWorld } from './verify-world.js'

test('verify and publish as commands: exit codes, a line a finding, and a damaged hour that is mended', async () => {
  await using world = await verifyWorld({ hours: 1 })
  await using osf = await osfWorld()
  await mkdir(join(world.root, 'state'), { recursive: true })
  const file = join(world.root, 'settings.ini')
  const text = `[server]\nnumber = 1\nstate_folder = state\n[spool]\nfolder = spool-1\nserver_2_folder = spool-2
[vault]\nfolder = vault\n[osf]\nenabled = true\nproject = abcde\nbase_url = ${osf.osf.url}\nbasis = a test\n`
  await writeFile(file, text)
  const clock = `${Date.now()}/${world.clock.now()}/1`
  const run = async (...words: string[]) => {
    const env = { COLLECTOR_CLOCK: clock, COLLECTOR_OSF_TOKEN: osf.context.token }
    const { code, stdout, stderr } = await runCollector([...words, '--settings', file], env)
    expect(stderr).not.toContain(osf.context.token)
    return [code, stdout]
  }

  expect(await run('verify')).toEqual([0, '0 findings in 1 hour\n'])
  expect(await run('publish', '--dry-run')).toEqual([
    0,
    expect.stringMatching(/_13_IDs\.txt\.xz {2}\d+ bytes, new \(OSF is asked first\)\n.*report[^]*\nthen hours\.csv, /),
  ])
  expect(await run('verify', '--remote')).toEqual([0, expect.stringContaining('not uploaded yet: ')])
  expect(await run('publish')).toEqual([0, 'OSF: 6 uploaded, 0 pending\n'])
  expect(await run('verify', '--remote')).toEqual([0, '0 findings in 1 hour\n'])

  await truncate(world.archivePath('users.csv.xz'), 60)
  expect(await run('verify', '--sample', '100%')).toEqual([
    1,
    expect.stringMatching(
      /^2026-11-21\/2026-11-21_13_users\.csv\.xz: damaged: [^\n]*\n1 hour can be mended: [^\n]*keep_days[^\n]*\n1 finding in 1 hour\n$/,
    ),
  ])
  expect((await run('verify', '--recent', '8'))[0]).toBe(1)
  expect(await run('verify', '--recent', '0')).toEqual([2, ''])
  expect(await run('verify', '--mend', '--recent', '8', '--sample', '5')).toEqual([
    1,
    expect.stringMatching(/\nmended: 2026-11-21_13: revision 2: .*nothing was lost\n/),
  ])
  expect(await run('verify')).toEqual([0, expect.stringMatching(/^note: .*put aside by verify --mend\n0 findings/)])
})
