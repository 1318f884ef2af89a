import { execFileSync } from 'node:child_process'
import { chmod, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { env } from 'node:process'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { OperatorError } from '../../src/operator-error.js'
import { xzProcess } from '../../src/vault/xz-process.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { hasXz } from './tools.js'

const realXz = hasXz ? execFileSync('sh', ['-c', 'command -v xz'], { encoding: 'utf8' }).trim() : ''
const block = Buffer.from('a line\n'.repeat(5000))
const how = { preset: 0, content: 'lines' } as const

/** The codec with a program `xz` of our own, which says its version as the real one does and then does as `script` has it. */
async function codecWith(folder: string, script: string) {
  const path = join(folder, 'xz')
  await writeFile(path, `#!/bin/sh\n[ "$1" = --version ] && exec ${realXz} "$@"\n${script}\n`)
  await chmod(path, 0o755)
  env['PATH'] = folder
  const codec = await xzProcess()
  return {
    compress: () => codec.compress(block, how),
    read: () => buffer(Readable.from(codec.decompress(Readable.from([block])))),
    take: () => rm(path),
  }
}

test.skipIf(!hasXz)(
  'an xz that is killed, has no memory or is gone is a fault with a next step, and no bug',
  async () => {
    await using folder = await temporaryFolder()
    const before = env['PATH']
    const cases = [
      ['kill -9 $$', /^xz was ended by SIGKILL, and could not .*: .*lower \[vault\] threads/],
      [
        'echo "xz: (stdin): Cannot allocate memory" >&2; exit 1',
        /Cannot allocate memory, and could not .*\[vault\] threads/,
      ],
      ['', /^xz could not be started \(spawn xz ENOENT\), and could not .*: install xz again/],
    ] as const
    try {
      for (const [script, message] of cases) {
        const codec = await codecWith(folder.path, script)
        if (script === '') await codec.take()
        for (const work of [codec.compress, codec.read]) {
          const error: unknown = await work().catch((error: unknown) => error)
          expect(error).toBeInstanceOf(OperatorError)
          expect((error as Error).message).toMatch(message)
        }
      }
    } finally {
      env['PATH'] = before
    }
  },
)

test.skipIf(!hasXz)('what xz cannot read is no fault of xz', async () => {
  await using folder = await temporaryFolder()
  const before = env['PATH']
  try {
    const codec = await codecWith(folder.path, `exec ${realXz} "$@"`)
    const error: unknown = await codec.read().catch((error: unknown) => error)
    expect(error).not.toBeInstanceOf(OperatorError)
    expect((error as Error).message).toContain('File format not recognized')
  } finally {
    env['PATH'] = before
  }
})
