import { chmod, chown, mkdir } from 'node:fs/promises'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { getuid } from 'node:process'
import { run } from '../docs/recipes.js'
import { toolMissing } from '../support/require-tool.js'
import { temporaryFolder } from '../support/temporary-folder.js'

/** Where Debian has the server's programs; they are not in `$PATH`. */
const bin = globSync('/usr/lib/postgresql/*/bin').toSorted().at(-1) ?? '/usr/lib/postgresql/bin'

/** Why there is no PostgreSQL to start here, `undefined` where there is one. */
export const noPostgresql = (): string | undefined => toolMissing(join(bin, 'initdb')) ?? toolMissing('psql')

/** A server of its own on a socket; `env` is what its clients need. */
export interface Postgresql extends AsyncDisposable {
  readonly env: NodeJS.ProcessEnv
}

/** It refuses to run as root: then it runs as Debian's user for it. */
export async function startPostgresql(): Promise<Postgresql> {
  const temporary = await temporaryFolder()
  const data = join(temporary.path, 'data')
  await mkdir(data, { mode: 0o700 })
  const asUser = getuid?.() === 0 ? await handOver(temporary.path, data) : []
  const tool = (name: string, ...words: string[]) => {
    const [command = '', ...others] = [...asUser, join(bin, name), ...words]
    return run(command, others, temporary.path)
  }
  tool('initdb', '--auth=trust', '--username=postgres', '--encoding=UTF8', '--no-sync', '-D', data)
  tool('pg_ctl', '-w', '-D', data, '-l', join(data, 'log'), '-o', `-k ${data} -h ''`, 'start')
  return {
    env: { PGHOST: data, PGUSER: 'postgres', PGDATABASE: 'postgres' },
    async [Symbol.asyncDispose]() {
      tool('pg_ctl', '-w', '-D', data, '-m', 'immediate', 'stop')
      await temporary[Symbol.asyncDispose]()
    },
  }
}

async function handOver(folder: string, data: string): Promise<string[]> {
  const id = (flag: string) => Number(run('id', [flag, 'postgres'], folder))
  await chmod(folder, 0o711)
  await chown(data, id('-u'), id('-g'))
  return ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups']
}
