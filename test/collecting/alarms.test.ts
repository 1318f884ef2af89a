import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startSmtp, type Smtp } from '../../src/simulator/smtp/smtp.js'
import { collectorPlace, untilLogged } from '../support/collector-place.js'
import { runCollector } from '../support/program.js'
import { begin, refuses, keepsAlive, streamServer, type Answer } from '../support/stream-server.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { payload } from '../support/tweets.js'
import { header } from '../health/mail/postman.js'
import { until } from '../support/until.js'

/** So that the ten minutes for which an incident must be over pass in three seconds. */
const SPEED = 200
const BEGUN = Date.now()
const fast = (): NodeJS.ProcessEnv => ({ COLLECTOR_CLOCK: `${BEGUN}/${BEGUN}/${SPEED}` })

/** The wall's clock. */
const REAL: NodeJS.ProcessEnv = { COLLECTOR_CLOCK: '' }

/** A tweet every few milliseconds, made by a clock of that speed, for as long as the connection is open. */
const flowsAt =
  (speed: number): Answer =>
  (response) => {
    begin(response)
    const tweet = () => payload(BEGUN + (Date.now() - BEGUN) * speed).toString()
    const timer = setInterval(() => response.write(`${tweet()}\r\n`), 20)
    response.on('close', () => {
      clearInterval(timer)
    })
  }

const flows = flowsAt(SPEED)

/** A collector's place, and the mail server of its settings. */
async function placeWithMail(answers: Answer[], change: Record<string, Record<string, string>> = {}) {
  const stack = new AsyncDisposableStack()
  const folder = stack.use(await temporaryFolder())
  const server = stack.use(await streamServer(...answers))
  const caFile = join(folder.path, 'ca.pem')
  let smtp: Smtp | undefined
  const mailServer = {
    async start(port = 0) {
      smtp = await startSmtp({ folder: join(folder.path, 'mails'), port })
      await writeFile(caFile, smtp.certificate)
      return smtp.port
    },
    async stop() {
      await smtp?.[Symbol.asyncDispose]()
      smtp = undefined
    },
  }
  stack.defer(() => mailServer.stop())
  const port = await mailServer.start()
  const mail = {
    ...{ enabled: 'true', host: '127.0.0.1', port: String(port), ca_file: caFile },
    ...{ from: 'collector@example.org', to: 'researcher@example.org' },
  }
  const place = stack.use(await collectorPlace(server.url, { mail, ...change }))
  const mails = async () => (await smtp?.mails()) ?? []
  return {
    ...{ place, server, mailServer, port, mails },
    subjects: async () => (await mails()).map((text) => header(text, 'Subject')?.replace('collector server 1: ', '')),
    outbox: () => readdir(join(place.state, 'outbox')),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

type PlaceWithMail = Awaited<ReturnType<typeof placeWithMail>>

const untilMailed = (at: PlaceWithMail, subjects: string[]) =>
  until(async () => {
    expect(await at.subjects()).toEqual(subjects)
  })

/** The same where the sender is killed: a mail that was under way at that moment comes twice, as the queue promises. */
const untilMailedThroughKills = (at: PlaceWithMail, subjects: string[]) =>
  until(async () => {
    expect([...new Set(await at.subjects())]).toEqual(subjects)
  })

const untilConnected = (at: PlaceWithMail, { child }: { child: { pid?: number | undefined } }) =>
  until(async () => {
    expect(await at.place.heartbeat()).toMatchObject({ process: child.pid, connection: 'connected' })
  })

/** Collecting goes on. */
const untilTweets = (at: PlaceWithMail) =>
  until(async () => {
    expect((await at.place.heartbeat())?.totals.tweets).toBeGreaterThan(50)
  })

test.concurrent('a refused token is one mail for all the refusals, and one when X gives the stream again', async () => {
  await using at = await placeWithMail([refuses(401), refuses(401), flows])
  await using running = at.place.start(fast())
  await untilMailed(at, ['started', 'X refuses the stream', 'over: X refuses the stream'])
  expect(at.server.requests.length).toBeGreaterThanOrEqual(3)
  const text = (await at.mails()).join('\n').replaceAll('=\r\n', '')
  expect(text).toContain('check [x] bearer_token_file')
  expect(text).toContain('X gives the stream again.')
  expect(text + running.stderr).not.toContain('secret-token')
})

test.concurrent.each([
  ['403', refuses(403, { title: 'Client Forbidden' })],
  [
    'the usage cap',
    refuses(429, {
      title: 'UsageCapExceeded',
      type: 'https://api.twitter.com/2/problems/usage-capped',
      period: 'Monthly',
    }),
  ],
])('%s is told of as something that a person must see to', async (_name, answer) => {
  await using at = await placeWithMail([answer])
  await using _running = at.place.start(fast())
  await untilMailed(at, ['started', 'X refuses the stream'])
})

test.concurrent('a stream that is connected and brings nothing is a mail, and one when tweets come again', async () => {
  let answer = keepsAlive()
  const asNow: Answer = (response, request) => answer(response, request)
  await using at = await placeWithMail([asNow], { x: { silence_minutes: '5' } })
  await using _running = at.place.start(fast())
  await untilMailed(at, ['started', 'no tweets come'])
  answer = flows
  await untilMailed(at, ['started', 'no tweets come', 'over: no tweets come'])
})

test.concurrent(
  'a collector that was killed is a mail at its next start, and one when it has run for a while',
  async () => {
    await using at = await placeWithMail([flows])
    const clock = fast()
    for (let life = 0; life < 3; life++) {
      await using running = at.place.start(clock)
      await untilConnected(at, running)
      // Killed before, the first one would never have told of its start.
      if (life === 0) await untilMailed(at, ['started'])
    }
    await using _running = at.place.start(clock)
    await untilMailedThroughKills(at, ['started', 'had stopped unexpectedly', 'over: had stopped unexpectedly'])
  },
)

test.concurrent('a collector that was asked to stop and is started again has not stopped unexpectedly', async () => {
  await using at = await placeWithMail([keepsAlive()])
  for (let life = 0; life < 2; life++) {
    await using running = at.place.start()
    await untilLogged(running, '"collecting"')
    await untilMailed(at, ['started'])
    running.child.kill('SIGTERM')
    expect((await running.ended).code).toBe(0)
  }
  await untilMailed(at, ['started'])
})

test.concurrent('a collector that ends by a fault sends its last words itself, or its next start does', async () => {
  await using at = await placeWithMail([flows])
  await using running = at.place.start({ ...fast(), COLLECTOR_DISK_FAULT: 'EIO:write:1:1000:sampled_stream' })
  expect((await running.ended).code).toBe(1)
  // It waits some seconds for the mail server, which are too few on a slow machine.
  const isLeft = (await at.outbox()).length > 0
  await using _next = isLeft ? at.place.start(fast()) : undefined
  await until(async () => {
    expect(await at.subjects()).toContain('stopped unexpectedly')
  })
  expect((await at.mails()).find((mail) => header(mail, 'Subject')?.endsWith('stopped unexpectedly'))).toContain('EIO')
})

test.concurrent('a disk with less free than the settings want is a mail', async () => {
  await using at = await placeWithMail([flows], { alerts: { disk_free_percent: '100' } })
  await using _running = at.place.start(fast())
  await untilMailed(at, ['started', 'the disk is filling up'])
})

test.concurrent(
  'an outage of the mail server keeps the mails and harms nothing; they are sent when it is back',
  async () => {
    await using at = await placeWithMail([flows], { alerts: { disk_free_percent: '100' } })
    await at.mailServer.stop()
    await using running = at.place.start(fast())
    await untilLogged(running, 'mail not sent, kept for the next run')
    await untilTweets(at)
    await until(async () => {
      expect(await at.outbox()).toHaveLength(2)
    })
    await at.mailServer.start(at.port)
    await untilMailed(at, ['started', 'the disk is filling up'])
    await until(async () => {
      expect(await at.outbox()).toEqual([])
    })
  },
)

test.concurrent('a mail server that hangs keeps a collector from nothing, also not from stopping', async () => {
  const hanging = createServer(() => undefined)
  await once(hanging.listen(0, '127.0.0.1'), 'listening')
  const { port } = hanging.address() as AddressInfo
  const met = once(hanging, 'connection')
  const mail = { port: String(port), enabled: 'true', host: '127.0.0.1', from: 'a@example.org', to: 'b@example.org' }
  await using at = await placeWithMail([flowsAt(1)], { mail })
  await using running = at.place.start(REAL)
  await met
  await untilTweets(at)
  running.child.kill('SIGTERM')
  expect((await running.ended).code).toBe(0)
  expect(running.stderr).not.toContain('said nothing')
  expect(await at.outbox()).toHaveLength(1)
  hanging.close()
})

test.concurrent(
  'collector alert mails that a unit has failed, once, and keeps the mail where it cannot be sent',
  async () => {
    await using at = await placeWithMail([flows])
    const alert = (...words: string[]) => runCollector(['alert', '--settings', at.place.settings, ...words])
    await at.mailServer.stop()
    expect((await alert('--unit', 'collector-sync.service')).code).toBe(3)
    await at.mailServer.start(at.port)
    for (let i = 0; i < 2; i++) expect((await alert('--unit', 'collector-sync.service')).code).toBe(0)
    expect(await at.subjects()).toEqual(['collector-sync.service has failed'])
    expect((await alert('--unit', 'collector-collect.service', '--result', 'success')).code).toBe(0)
    expect(await at.subjects()).toHaveLength(1)
    expect((await alert('--unit', 'collector-collect.service', '--result', 'exit-code')).code).toBe(0)
    expect((await at.subjects()).at(-1)).toBe('collector-collect.service has failed')
    expect((await alert()).code).toBe(2)
  },
)

test.concurrent(
  'what systemd says of a dead collector, and what the next start says of it, is one incident',
  async () => {
    await using at = await placeWithMail([flows])
    const clock = fast()
    {
      await using killed = at.place.start(clock)
      await untilConnected(at, killed)
      await untilMailed(at, ['started'])
    }
    const words = ['alert', '--unit', 'collector-collect.service', '--settings', at.place.settings]
    // 3: the collector may have been killed before it noted that its own mail was sent, so that one waits.
    expect([0, 3]).toContain((await runCollector(words, clock)).code)
    await using _running = at.place.start(clock)
    const failed = 'collector-collect.service has failed'
    await untilMailedThroughKills(at, ['started', failed, `over: ${failed}`])
  },
)
