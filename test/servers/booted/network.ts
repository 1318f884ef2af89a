import { run, succeed } from './command.js'

/** Two network namespaces with a cable between them: 10.77.0.1 and 10.77.0.2. */
export class Network implements AsyncDisposable {
  /** Names of the namespaces. */
  readonly names: readonly [string, string]
  readonly #cards: readonly [string, string]

  private constructor(prefix: string) {
    this.names = [`${prefix}a`, `${prefix}b`]
    this.#cards = [`v${prefix}a`, `v${prefix}b`]
  }

  /** `prefix`: at most eleven letters and digits. */
  static async create(prefix: string): Promise<Network> {
    const network = new Network(prefix)
    const { names, a, b } = { names: network.names, a: network.#cards[0], b: network.#cards[1] }
    for (const name of names) await succeed('ip', ['netns', 'add', name])
    await succeed('ip', ['link', 'add', a, 'netns', names[0], 'type', 'veth', 'peer', 'name', b, 'netns', names[1]])
    for (const [index, name] of names.entries()) {
      const card = network.#cards[index] ?? ''
      await succeed('ip', ['-n', name, 'link', 'set', 'lo', 'up'])
      await succeed('ip', ['-n', name, 'addr', 'add', `10.77.0.${index + 1}/24`, 'dev', card])
      await succeed('ip', ['-n', name, 'link', 'set', card, 'up'])
    }
    return network
  }

  /** Pull server 2's end of the cable, or put it in again. */
  async plug(isIn: boolean): Promise<void> {
    await succeed('ip', ['-n', this.names[1], 'link', 'set', this.#cards[1], isIn ? 'up' : 'down'])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of this.names) await run('ip', ['netns', 'delete', name])
  }
}
