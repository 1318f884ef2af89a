import { chown, mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { foreignFolder, ownerAdvice } from '../../src/durable/owner.js'
import { makeSetFolder } from '../../src/durable/folder.js'
import { changed, iniText, serverOne, serverTwo } from '../settings/settings-text.js'
import { runInProcess } from '../support/in-process.js'
import { ManualClock } from '../support/manual-clock.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const clock = new ManualClock(Date.parse('2026-11-21T14:20:00Z'))
const NOBODY = 65534
const NAMELESS = 54321
const asRoot = process.geteuid?.() === 0

/** A server of root's, one folder of which belongs to somebody else. */
async function place(sections: typeof serverOne, folder: string, uid = NOBODY) {
  const temporary = await temporaryFolder()
  const root = temporary.path
  const settings = join(root, 'settings.ini')
  const mail = {
    enabled: 'true',
    host: '127.0.0.1',
    port: '9',
    security: 'none',
    from: 'a@b.example',
    to: 'c@d.example',
  }
  await writeFile(join(root, 'token'), 'secret\n', { mode: 0o600 })
  await writeFile(settings, iniText(changed(sections, { mail, x: { bearer_token_file: 'token' } })))
  for (const name of ['state', 'spool', 'spool-2', 'vault']) await mkdir(join(root, name))
  await chown(join(root, folder), uid, uid)
  const contents = async () => (await readdir(root, { recursive: true })).sort()
  return {
    ...{ root, contents, path: join(root, folder) },
    run: (...words: string[]) => runInProcess([...words, '--settings', settings], { clock }),
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  }
}

describe.skipIf(!asRoot)('a folder of another user', () => {
  test.each([
    ['collect', 'spool', serverOne],
    ['collect', 'state', serverTwo],
    ['sync', 'spool', serverTwo],
    ['process-hour --hour 2026-11-21T13', 'spool', serverOne],
    ['process-hour', 'spool-2', serverOne],
    ['process-hour', 'vault', serverOne],
    ['report', 'state', serverOne],
    ['verify --mend', 'vault', serverOne],
    ['alert --unit a.service', 'state', serverOne],
  ])(
    '%s writes nothing when %s belongs to another user, root or not, and names the command to run',
    async (words, folder, sections) => {
      await using at = await place(sections, folder)
      const before = await at.contents()
      const { code, stderr } = await at.run(...words.split(' '))
      expect(stderr.trim().split('\n')).toHaveLength(1)
      expect(stderr).toContain(`${at.path} belongs to nobody, and this runs as root`)
      expect(stderr).toContain(`run runuser -u nobody -- /opt/collector/bin/collector ${words} --settings ${at.root}/`)
      expect(code).toBe(2)
      expect(await at.contents()).toEqual(before)
    },
  )

  test('a command that only reads is not refused', async () => {
    await using at = await place(serverOne, 'vault')
    expect((await at.run('process-hour', '--dry-run')).stderr).not.toContain('belongs to')
    expect((await at.run('verify', '--day', '2026-11-21')).stderr).not.toContain('belongs to')
  })

  test('a user without a name is named by its number, and setpriv runs the command', async () => {
    await using at = await place(serverOne, 'spool', NAMELESS)
    const { stderr } = await at.run('process-hour')
    expect(stderr).toContain('belongs to 54321, and this runs as root')
    expect(stderr).toContain('run setpriv --reuid=54321 --regid=54321 --clear-groups -- /opt/')
  })

  test('a folder is not made below one of another user either', async () => {
    await using folder = await temporaryFolder()
    await chown(folder.path, NOBODY, NOBODY)
    expect(foreignFolder(join(folder.path, 'a', 'spool'))).toEqual({ path: folder.path, owner: 'nobody' })
  })

  test('what another user has left in the way is named with its owner and the command that gives it over', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'hour')
    await mkdir(path)
    await chown(path, NOBODY, NOBODY)
    const refused = Object.assign(new Error('EACCES'), { code: 'EACCES', path: join(path, 'batch.json') })
    expect(ownerAdvice(refused)).toBe(
      `${path} belongs to nobody, and this runs as root: as root, chown -R root ${path}`,
    )
    expect(ownerAdvice(Object.assign(refused, { code: 'EIO' }))).toBeUndefined()
  })
})

test('folders of the own user are used, and made where there are none', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'new')
  expect(foreignFolder(path)).toBeUndefined()
  await makeSetFolder(path, '[spool] folder')
  expect((await stat(path)).isDirectory()).toBe(true)
})
