import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cuttingNetwork, type CuttingNetwork } from '../faults/cutting.js'
import { note } from '../faults/loop.js'
import { judge, setStage, STAGES, type Stage } from '../faults/stages.js'
import { copyOf, TwoServers } from '../faults/two-servers.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { shareOf } from './share.js'

type Service = 'osf' | 'sftp' | 'smtp'
const SERVICES: readonly Service[] = ['osf', 'sftp', 'smtp']

const seed = Number(process.env['FAULTS_SEED'] ?? 1)
const MOST_SHORT = 3

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

describe.each(STAGES)('$name', (stage) => {
  test('holds its promises at whichever request a connection is cut', async () => {
    await using folder = await temporaryFolder()
    const stored = join(folder.path, 'stage')
    await setStage(stage, stored)
    const traced = join(folder.path, 'traced')
    await copyOf(stored, traced)
    const pieces = await piecesOf(stage, traced)
    const broken: string[] = []
    const counts = { tried: 0, cut: 0 }
    for (const service of SERVICES)
      for (const nth of shareOf(numbers(pieces[service]), MOST_SHORT, seed))
        for (const lost of ['request', 'answer'] as const) {
          await using scene = await temporaryFolder()
          await copyOf(stored, scene.path)
          await using networks = new Networks()
          await using servers = await TwoServers.at(scene.path, networks.reach)
          const network = networks.of(service)
          const found = await judge(stage, servers, () => {
            network?.cutAt(nth, lost)
            return { [Symbol.asyncDispose]: () => Promise.resolve(network?.cutAt(Infinity, lost)) }
          })
          counts.tried += 1
          counts.cut += network?.cuts ?? 0
          broken.push(...found.map((line) => `${service}, ${lost} ${nth} of ${pieces[service]}: ${line}`))
          note(`${stage.name}: ${service} ${lost} ${nth}: ${found.join('\n   ') || 'held'}`)
        }
    expect(broken).toEqual([])
    // Pieces may come together on a busy machine, so that the last ones are not reached.
    expect(counts.cut).toBeGreaterThanOrEqual(Math.floor(counts.tried * 0.8))
  })
})
