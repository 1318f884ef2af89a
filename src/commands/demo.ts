import { serviceNames } from '../simulator/service-names.js'
import type { CommonFlags, Verb } from './verb.js'
import { given } from './given-file.js'
import { wholeNumber } from './whole-number.js'

interface Flags extends CommonFlags {
  readonly hours: string
  readonly rate: string
  readonly seed: string
  readonly keep?: boolean
  readonly faults?: string
}

export const demo: Verb<Flags> = {
  name: 'demo',
  summary: 'the whole pipeline on this machine, with a crash and a network cut, in about a minute; no key, no network',
  options: [
    ['--hours <number>', 'full hours to collect', '2'],
    ['--rate <number>', 'tweets a second', '5'],
    ['--seed <number>', 'which tweets', '7'],
    ['--faults <file>', "a fault plan as simulate takes it, beside the demo's own crash and cut"],
    ['--keep', 'leave the folder for looking round'],
  ],
  exitCodes: { 0: 'nothing was lost', 1: 'something was lost, or a step failed', 2: 'wrong usage', 75: 'stopped' },
  async run(flags, world) {
    const { parseFaults } = await import('../simulator/fault-file.js')
    const { runDemo } = await import('../demo/demo.js')
    const { faults: file } = flags
    return runDemo({
      ...world,
      hours: wholeNumber('--hours', flags.hours, 2, 10),
      rate: wholeNumber('--rate', flags.rate, 1, 1000),
      seed: wholeNumber('--seed', flags.seed, 0, 2 ** 32 - 1),
      keep: flags.keep ?? false,
      faults: file === undefined ? [] : parseFaults(file, await given('--faults', file), serviceNames),
    })
  },
}
