import { filled, shellBlocks } from './page.js'
import { SECRETS } from './simulators.js'
import type { Server } from './two-machines.js'

const PLACES = {
  REPOSITORY: 'file:///repository',
  'smtp.example': '127.0.0.1',
}

type Page = Map<string, string[]>

/** The blocks below a heading that begins so. @throws Error where the page has none */
function below(page: Page, heading: string): string[] {
  const found = [...page].find(([name]) => name.startsWith(heading))?.[1]
  if (!found || found.length === 0) throw new Error(`the page has no lines below "${heading}"`)
  return found
}

/** Run a block on a server as root; what it reads from its stdin is the secret that it names. */
async function follow(server: Server, number: 1 | 2, block: string, places: Record<string, string> = {}) {
  const text = filled(block, { ...PLACES, ...places })
  const name = /\/dev\/stdin \/etc\/collector\/(\S+)/.exec(text)?.[1]
  const secret = name === undefined ? '' : `${SECRETS[name as keyof typeof SECRETS](number)}\n`
  return server.machine.sh(text, secret)
}

/**
 * Set two fresh machines up by the lines of docs/setup.md, steps 1 to 5, and docs/server-1-account.md, as a person would. `reload` is what
 * makes sshd read its settings where the page's line doesn't.
 */
export async function install(servers: readonly [Server, Server], reload?: string): Promise<void> {
  const setup = await shellBlocks('docs/setup.md')
  const account = await shellBlocks('docs/server-1-account.md')
  const [one, two] = servers
  const onBoth = async (block: string) => {
    await follow(one, 1, block)
    await follow(two, 2, block)
  }
  for (const block of below(setup, '1. ')) await onBoth(block)
  const [token = '', osfToken = ''] = below(setup, '2. ')
  await onBoth(token)
  await follow(one, 1, osfToken)
  for (const block of below(setup, '3. ')) await follow(one, 1, block)
  for (const block of below(setup, '4. ')) await follow(two, 2, block)
  const [key = ''] = below(account, '1. ')
  const publicKey = (await follow(two, 2, key)).trim()
  for (const block of [...below(account, '2. '), ...below(account, '3. ')])
    await follow(one, 1, block, {
      'ssh-ed25519 AAAA... collector-server-2': publicKey,
      ...(reload === undefined ? {} : { 'systemctl reload ssh': reload }),
    })
  const [fingerprint = '', settings = ''] = below(account, '4. ')
  const line = await follow(one, 1, fingerprint)
  const hostKey = line.split(' ').find((word) => word.startsWith('SHA256:')) ?? ''
  await follow(two, 2, settings, { 'SHA256:...': hostKey })
}

/** Step 6 of docs/setup.md: the units. */
export async function startUnits(servers: readonly [Server, Server]): Promise<void> {
  const [copy = '', folders = '', collect = '', first = '', second = ''] = below(
    await shellBlocks('docs/setup.md'),
    '6. ',
  )
  const [one, two] = servers
  await follow(one, 1, copy)
  await follow(two, 2, copy)
  await follow(one, 1, folders)
  await follow(one, 1, collect)
  await follow(two, 2, collect)
  await follow(one, 1, first)
  await follow(two, 2, second)
}

/** "With cron" of docs/setup.md. */
export async function startCron(servers: readonly [Server, Server]): Promise<void> {
  const [first = '', second = ''] = below(await shellBlocks('docs/setup.md'), 'With cron')
  await follow(servers[0], 1, first)
  await follow(servers[1], 2, second)
}

/** All lines of a page below a heading, on one server. */
export async function followPage(server: Server, page: string, heading: string): Promise<void> {
  for (const block of below(await shellBlocks(page), heading)) await follow(server, server.number, block)
}
