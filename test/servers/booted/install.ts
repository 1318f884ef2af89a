import { blocksBelow, blocksOf, filled, type Block } from './page.js'
import { SECRETS } from './simulators.js'
import type { Server, Servers } from './two-machines.js'

const SETUP = 'docs/setup.md'
const ACCOUNT = 'docs/server-1-account.md'

const PLACES = {
  REPOSITORY: 'file:///repository',
  'smtp.example': '127.0.0.1',
}

const followed = new Set<string>()
const nameOf = ({ page, heading, text }: Block): string => `${page}, "${heading}": ${text}`

/** Run a block on a server as root; what it reads from its stdin is the secret that it names. */
async function follow(server: Server, block: Block | undefined, places: Record<string, string> = {}): Promise<string> {
  if (!block) throw new Error('the page has fewer blocks of shell lines than the test follows')
  const text = filled(block.text, { ...PLACES, ...places })
  const name = /\/dev\/stdin \/etc\/collector\/(\S+)/.exec(text)?.[1]
  const secret = name === undefined ? '' : `${SECRETS[name as keyof typeof SECRETS](server.number)}\n`
  const said = await server.machine.sh(text, secret)
  followed.add(nameOf(block))
  return said
}

/** The blocks of a page that this test file has not followed yet, by the headings above them. */
export async function headingsNotFollowed(page: string): Promise<string[]> {
  const left = (await blocksOf(page)).filter((block) => !followed.has(nameOf(block)))
  return [...new Set(left.map(({ heading }) => heading))]
}

/**
 * Set two fresh machines up by the lines of docs/setup.md, steps 1 to 5, and docs/server-1-account.md, as a person would. `reload` is what
 * makes sshd read its settings where the page's line doesn't.
 */
export async function install(servers: Servers, reload?: string): Promise<void> {
  const [one, two] = servers
  for (const block of await blocksBelow(SETUP, '1. ')) for (const server of servers) await follow(server, block)
  const [token, osfToken, mailPassword] = await blocksBelow(SETUP, '2. ')
  for (const server of servers) await follow(server, token)
  await follow(one, osfToken)
  for (const server of servers) await follow(server, mailPassword)
  for (const block of await blocksBelow(SETUP, '3. ')) await follow(one, block)
  for (const block of await blocksBelow(SETUP, '4. ')) await follow(two, block)
  await openAccount(servers, reload === undefined ? {} : { 'systemctl reload ssh': reload })
}

/** Server 2's account on server 1. */
async function openAccount([one, two]: Servers, places: Record<string, string>): Promise<void> {
  const [key] = await blocksBelow(ACCOUNT, '1. ')
  const publicKey = (await follow(two, key)).trim()
  for (const block of [...(await blocksBelow(ACCOUNT, '2. ')), ...(await blocksBelow(ACCOUNT, '3. '))])
    await follow(one, block, { 'ssh-ed25519 AAAA... collector-server-2': publicKey, ...places })
  const [fingerprint, settings] = await blocksBelow(ACCOUNT, '4. ')
  const line = await follow(one, fingerprint)
  const hostKey = line.split(' ').find((word) => word.startsWith('SHA256:')) ?? ''
  await follow(two, settings, { 'SHA256:...': hostKey })
}

/** Put the secret of step 2 into its file again. */
export async function putToken(server: Server): Promise<void> {
  await follow(server, (await blocksBelow(SETUP, '2. '))[0])
}

/** Step 6 of docs/setup.md: the units. */
export async function startUnits(servers: Servers): Promise<void> {
  const [copy, folders, collect, first, second] = await blocksBelow(SETUP, '6. ')
  const [one, two] = servers
  for (const server of servers) await follow(server, copy)
  await follow(one, folders)
  for (const server of servers) await follow(server, collect)
  await follow(one, first)
  await follow(two, second)
}

/** "With cron" of docs/setup.md. */
export async function startCron(servers: Servers): Promise<void> {
  const [first, second] = await blocksBelow(SETUP, 'With cron')
  await follow(servers[0], first)
  await follow(servers[1], second)
}

/** The lines of a page below a heading, on one server: of all its blocks, or of those of these numbers from 0. */
export async function followPage(server: Server, page: string, heading: string, ...numbers: number[]): Promise<void> {
  const blocks = await blocksBelow(page, heading)
  for (const number of numbers.length > 0 ? numbers : blocks.keys()) await follow(server, blocks[number])
}
