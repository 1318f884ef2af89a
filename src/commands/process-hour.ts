import { hourContext } from '../hour/hour-context.js'
import { describeRun, runExitCode, runProcessHour } from '../hour/run.js'
import { loadSettings } from '../settings/load-settings.js'
import { progressBar } from './progress-bar.js'
import { mailPassword, osfToken } from './secrets.js'
import type { CommonFlags, Verb } from './verb.js'

interface Flags extends CommonFlags {
  /** False for `--no-publish`. */
  readonly publish: boolean
}

export const processHour: Verb<Flags> = {
  name: 'process-hour',
  summary: 'merge, archive, report and publish every hour that is due',
  options: [['--no-publish', 'leave OSF for another run']],
  exitCodes: {
    0: 'all that was due is done',
    1: 'an hour failed and was left as it is; the others went on',
    2: 'wrong usage or settings',
    3: 'done in part: a server is missing, or an upload is pending',
    75: 'another run is at work, or this one was stopped: the next goes on',
  },
  async run(flags, world) {
    const settings = await loadSettings({ flag: flags.settings, ...world })
    const bar = progressBar(world.stderr, world.clock)
    const options = {
      settings,
      publishes: flags.publish,
      osfToken: () => osfToken(settings, world.env),
      mailPassword: () => mailPassword(settings, world.env),
      random: world.random,
    }
    const result = await runProcessHour(hourContext(settings, world), options, bar)
    bar.end()
    world.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : describeRun(result))
    return runExitCode(result)
  },
}
