import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { keptCertificate } from '../../src/simulator/smtp/certificate.js'
import { PATIENCE_MS } from '../support/patience.js'
import { toolMissing } from '../support/require-tool.js'

const run = promisify(execFile)
const POSTFIX = '/usr/sbin/postfix'

/** Why no Postfix can be started here, `undefined` where one can. */
export function noPostfix(): string | undefined {
  const missing = toolMissing(POSTFIX)
  if (missing !== undefined || process.getuid?.() === 0) return missing
  if (process.env['REQUIRE_ALL'] === '1')
    throw new Error('Postfix needs root, and REQUIRE_ALL=1 wants every test to run')
  return 'Postfix needs root'
}

/**
 * A Postfix of its own in `folder`, on 127.0.0.1 alone, that delivers every mail to example.org into one maildir. Before it
 * accepts a mail it asks a policy server, which answers from when `accept` is called on.
 */
export async function startPostfix(folder: string) {
  await using started = new AsyncDisposableStack()
  const policy = await startPolicy(started)
  const port = await freePort()
  const { certificate } = await keptCertificate(folder, Date.now())
  await configure(folder, port, policy.port)
  const command = (word: string) => run(POSTFIX, ['-c', join(folder, 'conf'), word])
  await command('check')
  started.defer(async () => {
    await command('stop').catch(() => undefined)
  })
  await command('start')
  await expect.poll(() => greets(port)).toBe(true)
  const stack = started.move()
  const inbox = join(folder, 'mail', 'ops', 'new')
  return {
    ...{ port, certificate, policy },
    /** What lies in the maildir: paths. */
    mails: async () => (await readdir(inbox).catch(() => [])).map((name) => join(inbox, name)),
    /** What it logged, for a failure to show. */
    log: () => readFile(join(folder, 'mail.log'), 'utf8').catch(() => ''),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

async function configure(folder: string, port: number, policyPort: number): Promise<void> {
  const { stdout } = await run('id', ['-u', 'postfix'])
  const NOBODY = 65_534
  for (const name of ['conf', 'queue', 'data', 'mail']) await mkdir(join(folder, name))
  await chmod(folder, 0o755)
  await chown(join(folder, 'data'), Number(stdout), 0)
  await chown(join(folder, 'mail'), NOBODY, NOBODY)
  const main = {
    compatibility_level: '3.6',
    queue_directory: join(folder, 'queue'),
    data_directory: join(folder, 'data'),
    maillog_file: join(folder, 'mail.log'),
    maillog_file_prefixes: folder,
    myhostname: 'mail.example.org',
    mydestination: '',
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'ipv4',
    virtual_mailbox_domains: 'example.org',
    virtual_mailbox_base: join(folder, 'mail'),
    virtual_mailbox_maps: 'static:ops/',
    virtual_uid_maps: `static:${NOBODY}`,
    virtual_gid_maps: `static:${NOBODY}`,
    smtpd_tls_security_level: 'may',
    smtpd_tls_cert_file: join(folder, 'smtp-certificate.pem'),
    smtpd_tls_key_file: join(folder, 'smtp-key.pem'),
    smtpd_end_of_data_restrictions: `check_policy_service inet:127.0.0.1:${policyPort}`,
  }
  const lines = Object.entries(main).map(([key, value]) => `${key} = ${value}\n`)
  await writeFile(join(folder, 'conf', 'main.cf'), lines.join(''))
  const services = await readFile('/usr/share/postfix/master.cf.dist', 'utf8')
  const own = services.replace(/^smtp( +)inet/m, `127.0.0.1:${port} inet`).replace(/^((?:\S+\s+){4})y(?=\s)/gm, '$1n')
  await writeFile(join(folder, 'conf', 'master.cf'), own)
}

/** A policy server that lets every mail wait until `accept` is called, and none from then on, as a slow check for viruses does. */
async function startPolicy(stack: AsyncDisposableStack) {
  const sockets = new Set<Socket>()
  const waiting = new Set<Socket>()
  let asked = 0
  let accepts = false
  const answer = (socket: Socket) => socket.write('action=dunno\n\n')
  const server = createServer((socket) => {
    sockets.add(socket)
    let text = ''
    socket
      .on('error', () => undefined)
      .on('data', (chunk: Buffer) => {
        text += chunk.toString()
        if (!text.endsWith('\n\n')) return
        text = ''
        asked += 1
        if (accepts) answer(socket)
        else waiting.add(socket)
      })
  }).listen(0, '127.0.0.1')
  stack.defer(async () => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  })
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    /** How many mails it was asked about. */
    asked: () => asked,
    accept() {
      accepts = true
      waiting.forEach(answer)
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await server[Symbol.asyncDispose]()
  return port
}

async function greets(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    const [greeting] = (await once(socket, 'data', { signal: AbortSignal.timeout(PATIENCE_MS) })) as [Buffer]
    return greeting.toString().startsWith('220 ')
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
