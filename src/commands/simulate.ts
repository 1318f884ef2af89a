import { once } from 'node:events'
import { resolve } from 'node:path'
import { ExitCode, OperatorError } from '../operator-error.js'
import { faultKinds } from '../simulator/fault-kinds.js'
import { serviceNames, type ServiceName } from '../simulator/service-names.js'
import { given } from './given-file.js'
import { wholeNumber } from './whole-number.js'
import type { CommonFlags, Verb } from './verb.js'

interface Flags extends CommonFlags, Record<`${ServiceName}Port`, string> {
  readonly folder: string
  readonly seed: string
  readonly rate: string
  readonly replay?: string
  readonly faults?: string
  readonly sftpRoot?: string
}

export const simulate: Verb<Flags> = {
  name: 'simulate',
  summary:
    'stand-ins for the X API, OSF, SFTP and SMTP on loopback; prints the settings that reach them; runs until stopped',
  argument: ['[services...]', `which of them: ${serviceNames.join(', ')}; all unless told`],
  options: [
    ['--folder <path>', 'where they keep what they get, and their keys', './simulator'],
    ['--seed <number>', 'which tweets: equal seeds give equal tweets', '1'],
    ['--rate <number>', 'tweets a second, 1 to 20000', '43'],
    ['--replay <file>', 'stream these payloads, one a line, instead of seeded tweets'],
    [
      '--faults <file>',
      `a fault plan: JSON, a list of {service, kind, after, at, only, times, value}; kinds: ${allKinds()}`,
    ],
    ['--sftp-root <path>', "what SFTP's client sees as / (FOLDER/sftp unless told)"],
    ...serviceNames.map((name) => [`--${name}-port <number>`, 'its port; any free one unless told', '0'] as const),
  ],
  exitCodes: { 0: 'stopped by a signal', 1: 'failed', 2: 'wrong usage' },
  async run(flags, { clock, log, signal, stdout, cwd }) {
    const { parseFaults } = await import('../simulator/fault-file.js')
    const { FaultPlan } = await import('../simulator/fault-plan.js')
    const { iniText, startSimulator } = await import('../simulator/simulator.js')
    const replay =
      flags.replay === undefined ? undefined : (await given('--replay', flags.replay)).split('\n').filter(Boolean)
    const services = flags.arguments.length === 0 ? serviceNames : flags.arguments.map(serviceName)
    const faults =
      flags.faults === undefined ? [] : parseFaults(flags.faults, await given('--faults', flags.faults), services)
    await using simulator = await startSimulator({
      folder: resolve(cwd, flags.folder),
      services,
      ports: Object.fromEntries(
        serviceNames.map((name) => [name, wholeNumber(`--${name}-port`, flags[`${name}Port`], 0, 65_535)]),
      ),
      seed: wholeNumber('--seed', flags.seed, 0, 2 ** 32 - 1),
      rate: wholeNumber('--rate', flags.rate, 1, 20_000),
      sftpRoot: flags.sftpRoot,
      faults: new FaultPlan(faults, clock),
      ...{ replay, clock, log },
    })
    const { settings } = simulator
    const texts = ([1, 2] as const).map((server) => `# for server ${server}\n${iniText(settings[server])}`)
    stdout.write(flags.json ? `${JSON.stringify(settings)}\n` : texts.join('\n'))
    if (!signal.aborted) await once(signal, 'abort')
    return ExitCode.done
  },
}

function allKinds(): string {
  return serviceNames.map((name) => `${name}: ${Object.keys(faultKinds[name]).join(', ')}`).join('; ')
}

function serviceName(text: string): ServiceName {
  const name = serviceNames.find((known) => known === text)
  if (name === undefined)
    throw new OperatorError(`there is no service "${text}": it wants ${serviceNames.join(', ')}`, {
      exitCode: ExitCode.usage,
    })
  return name
}
