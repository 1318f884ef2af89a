import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { constants, createGzip } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { breakingNetwork, breaksAt, type Break, type BreakingNetwork, type Place } from '../faults/breaking.js'
import { collectFor, judgeCollector, SENT, setCollector } from '../faults/collector.js'
import { note } from '../faults/loop.js'
import { placesIn } from '../faults/wire.js'
import { begin, streamServer, type Answer } from '../support/stream-server.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { tlsFront } from '../support/tls-front.js'
import { isShort, shareOf } from './share.js'

/** As in faults.test.ts. */
const seed = Number(process.env['FAULTS_SEED'] ?? 1)
const MOST_SHORT = 6

/** Each tweet in a chunk of its own. */
const plain: Answer = (response) => {
  begin(response)
  for (const line of SENT) response.write(line)
}

const gzipped: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
  const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH })
  gzip.pipe(response)
  for (const line of SENT) gzip.write(line)
}

/** X behind a network that breaks. */
async function world(answer: Answer, isTls: boolean) {
  const running = new AsyncDisposableStack()
  const x = running.use(await streamServer(answer))
  const port = Number(new URL(x.url).port)
  const front = isTls ? running.use(await tlsFront(port, 'localhost')) : { port }
  const network = running.use(await breakingNetwork(front.port))
  const url = `${isTls ? 'https' : 'http'}://localhost:${network.port}`
  return { x, network, url, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

interface SoundRun {
  /** Every place of a connection's both sides, by what came over it. */
  readonly places: readonly Place[]
  readonly soundMs: number
}

async function soundRun(answer: Answer, isTls: boolean): Promise<SoundRun> {
  await using at = await world(answer, isTls)
  await using folder = await temporaryFolder()
  await setCollector(folder.path, at.url)
  const since = performance.now()
  await collectFor(folder.path, at.x)
  const soundMs = performance.now() - since
  const [client, server] = [at.network.heard.client, at.network.heard.server].map((pieces) => Buffer.concat(pieces))
  const asked = client?.length ?? 0
  const of = (side: Place['side'], places: readonly number[]) => places.map((bytes) => ({ side, bytes }))
  const wire = server ?? Buffer.alloc(0)
  return { places: [...of('client', [0, 1, asked >> 1, asked - 1]), ...of('server', placesIn(wire, isTls))], soundMs }
}

function broken(network: BreakingNetwork, at: Break): () => AsyncDisposable {
  return () => {
    network.breakAt(at)
    return { [Symbol.asyncDispose]: () => Promise.resolve() }
  }
}

describe.each([
  ['in the clear', plain, false],
  ['gzipped', gzipped, false],
  ['by TLS', plain, true],
  ['gzipped, by TLS', gzipped, true],
])("X's stream %s", (name, answer, isTls) => {
  test('wherever its connection breaks, nothing is lost and the collector goes on', async () => {
    const faults: string[] = []
    const { places, soundMs } = await soundRun(answer, isTls)
    expect(places.length).toBeGreaterThan(20)
    for (const where of breaksAt(shareOf(places, MOST_SHORT, seed), isShort)) {
      await using at = await world(answer, isTls)
      await using scene = await temporaryFolder()
      const root = join(scene.path, 'server')
      await mkdir(root)
      await setCollector(root, at.url)
      const found = await judgeCollector(root, at.x, soundMs, broken(at.network, where))
      if (at.network.breaks !== 1) found.push('it has not broken')
      const what = `byte ${where.bytes} of the ${where.side}, ${where.resets ? 'reset' : 'ended'}`
      faults.push(...found.map((line) => `${what}: ${line}`))
      note(`collect, ${name}: ${what}: ${found.join('\n   ') || 'held'}`)
    }
    expect(faults).toEqual([])
  })
})
