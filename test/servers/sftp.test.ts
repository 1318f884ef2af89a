import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ed25519KeyPair } from '../../src/simulator/sftp/key-pair.js'
import { ServerPair } from '../transfer/server-pair.js'
import { noPythonTools, startPythonServer } from './python-tools.js'

const missing = noPythonTools()

describe.skipIf(missing !== undefined)(`SFTP servers that nobody here wrote${missing ? ` (${missing})` : ''}`, () => {
  test.each([
    ['asyncssh', 'asyncssh-server.py'],
    ['paramiko, without any extension', 'paramiko-server.py'],
  ])('%s: sealed minutes arrive whole, are replaced where torn, and receipts let them go', async (_, script) => {
    await using pair = await ServerPair.create()
    const hostKey = join(pair.root, 'host-key')
    const pairOfKeys = ed25519KeyPair()
    await writeFile(hostKey, pairOfKeys.private, { mode: 0o600 })
    await writeFile(`${hostKey}.pub`, pairOfKeys.public)
    const fingerprint = execFileSync('ssh-keygen', ['-lf', `${hostKey}.pub`], { encoding: 'utf8' }).split(' ')[1] ?? ''
    await using server = await startPythonServer(script, join(pair.incoming, '..'), hostKey)
    pair.target = { ...pair.target, port: server.port, hostKey: fingerprint }
    const content = '0123456789abcde\n'.repeat(100_000)
    const names = [await pair.seal('13:07', content), await pair.seal('13:08', 'b\n'), await pair.seal('14:01', 'c\n')]
    expect(await pair.sync()).toMatchObject({ sent: { files: 3 }, failed: [] })
    expect(await pair.names('incoming')).toEqual(['batch.json', ...names.slice(0, 2)])
    expect(await pair.content('incoming', names[0] ?? '')).toBe(content)
    await writeFile(join(pair.incoming, '2026-11-21', '13', names[1] ?? ''), 'torn')
    expect(await pair.sync()).toMatchObject({ sent: { files: 1 }, failed: [] })
    await pair.archive()
    expect(await pair.sync()).toMatchObject({ sent: { files: 0 }, removed: 2, failed: [] })
  })
})
