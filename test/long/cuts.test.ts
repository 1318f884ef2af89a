import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cuttingNetwork, LOSSES, type CuttingNetwork, type Lost } from '../faults/cutting.js'
import { note } from '../faults/loop.js'
import { judge, setStage, STAGES, type Stage } from '../faults/stages.js'
import { copyOf, TwoServers } from '../faults/two-servers.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { isShort, shareOf } from './share.js'

type Service = 'osf' | 'sftp' | 'smtp'
const SERVICES: readonly Service[] = ['osf', 'sftp', 'smtp']

const seed = Number(process.env['FAULTS_SEED'] ?? 1)
const MOST_SHORT = 3
/** On a busy machine pieces come together now and then. */
const MOST_TURNS = 5

/** 1 to `last`. */
const numbers = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1)

/** What came through each network while the command of a stage ran unharmed, in pieces. */
async function piecesOf(stage: Stage, root: string): Promise<Record<Service, number>> {
  const networks = new Networks()
  await using servers = await TwoServers.at(root, networks.reach)
  await servers.run(stage.call)
  await using _networks = networks
  return { osf: networks.pieces('osf'), sftp: networks.pieces('sftp'), smtp: networks.pieces('smtp') }
}

class Networks implements AsyncDisposable {
  readonly #networks = new Map<Service, CuttingNetwork>()

  reach = async (service: Service, port: number): Promise<number> => {
    // Both servers have the same mail server.
    const network = this.#networks.get(service) ?? (await cuttingNetwork(port))
    this.#networks.set(service, network)
    return network.port
  }

  of = (service: Service): CuttingNetwork | undefined => this.#networks.get(service)

  pieces = (service: Service): number => this.of(service)?.pieces ?? 0

  async [Symbol.asyncDispose](): Promise<void> {
    for (const network of this.#networks.values()) await network[Symbol.asyncDispose]()
  }
}

/** What is tried at a piece: all that can be lost; in the short form half of it, in turn. */
const lossesAt = (turn: number): readonly Lost[] =>
  isShort ? LOSSES.filter((_, index) => index % 2 === (turn + seed) % 2) : LOSSES

interface Tried {
  /** What broke a promise, a line each. */
  readonly found: readonly string[]
  /** Of a piece that the server does not answer, no answer is lost. */
  readonly cuts: number
}

/** Run a stage's command while a connection is cut at the `nth` piece; where pieces came together, so that there were fewer, once more at the last one. */
async function tryCut(stage: Stage, stored: string, service: Service, nth: number, lost: Lost): Promise<Tried> {
  let at = nth
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    await using scene = await temporaryFolder()
    await copyOf(stored, scene.path)
    await using networks = new Networks()
    await using servers = await TwoServers.at(scene.path, networks.reach)
    const network = networks.of(service)
    const found = await judge(stage, servers, () => {
      network?.cutAt(at, lost)
      return {
        [Symbol.asyncDispose]: () => {
          network?.mend()
          at = Math.min(at, network?.pieces ?? 0)
          return Promise.resolve()
        },
      }
    })
    if (network?.isDue) return { found, cuts: network.cuts }
  }
  return { found: ['it has not fired'], cuts: 0 }
}

describe.each(STAGES)('$name', (stage) => {
  test('holds its promises at whichever request a connection is cut', async () => {
    await using folder = await temporaryFolder()
    const stored = join(folder.path, 'stage')
    await setStage(stage, stored)
    const traced = join(folder.path, 'traced')
    await copyOf(stored, traced)
    const pieces = await piecesOf(stage, traced)
    const broken: string[] = []
    const counts: Partial<Record<Lost, number>> = {}
    for (const service of SERVICES)
      for (const [turn, nth] of shareOf(numbers(pieces[service]), MOST_SHORT, seed).entries())
        for (const lost of lossesAt(turn)) {
          const { found, cuts } = await tryCut(stage, stored, service, nth, lost)
          counts[lost] = (counts[lost] ?? 0) + cuts
          broken.push(...found.map((line) => `${service}, ${lost} ${nth} of ${pieces[service]}: ${line}`))
          note(`${stage.name}: ${service} ${lost} ${nth}: ${cuts} cut, ${found.join('\n   ') || 'held'}`)
        }
    console.log(`${stage.name}: ${JSON.stringify(pieces)} pieces, cut: ${JSON.stringify(counts)}, seed ${seed}`)
    expect(broken).toEqual([])
    for (const cuts of Object.values(counts)) expect(cuts).toBeGreaterThan(0)
  })
})
