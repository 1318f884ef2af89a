import { ExitCode, OperatorError } from '../operator-error.js'
import type { Settings } from '../settings/settings.js'
import { dayFlag } from './day-flag.js'
import { refuseFoldersOfOthers } from './own-folders.js'
import { osfToken } from './secrets.js'
import { verbSettings } from './verb-settings.js'
import type { CommonFlags, Verb } from './verb.js'

interface Flags extends CommonFlags {
  readonly day?: string
  readonly dryRun?: boolean
  readonly again?: boolean
}

export const publish: Verb<Flags> = {
  name: 'publish',
  summary: 'bring to OSF what the archive has and OSF has not, and describe the data set there',
  options: [
    ['--day <YYYY-MM-DD>', 'only the files of this UTC day'],
    ['--again', 'ask OSF about every file, whatever was noted of earlier uploads'],
    ['--dry-run', 'only tell what would be uploaded, what not and why; OSF is not asked'],
  ],
  exitCodes: {
    0: 'all of it is at OSF',
    1: 'a fault that you must mend: token, quota, project, or a file that OSF does not take',
    2: 'wrong usage or settings',
    3: 'done in part: the next run goes on',
    75: 'another upload is at work',
  },
  async run(flags, world) {
    const { describePublished, publishDays, publishExitCode } = await import('../publish/publish-days.js')
    const { describePlan, publishPlan } = await import('../publish/publish-plan.js')
    const settings = await verbSettings(flags, world)
    if (!flags.dryRun) refuseFoldersOfOthers(settings, world)
    const wanted = { day: dayFlag(flags.day), again: flags.again }
    const context = { ...places(settings), ...world, token: () => osfToken(settings, world.env) }
    if (flags.dryRun) {
      const planned = await publishPlan(context, wanted)
      const describes = wanted.day === undefined
      world.stdout.write(flags.json ? `${JSON.stringify(planned)}\n` : describePlan(planned, describes))
      return ExitCode.done
    }
    const describe = wanted.day === undefined ? 'always' : 'never'
    const { beginningFor } = await import('../hour/beginning.js')
    const beginning = await beginningFor(settings, world.clock.now())
    const result = await publishDays({ ...context, beginning }, { ...wanted, describe })
    world.stdout.write(`${flags.json ? JSON.stringify(result) : describePublished(result)}\n`)
    return publishExitCode(result)
  },
}

/** @throws OperatorError (exit code 2) on a server that publishes nothing */
function places({ vault, osf, server, file }: Settings) {
  if (vault && osf) return { vault: vault.folder, settings: osf, stateFolder: server.stateFolder }
  const why = vault ? '[osf] enabled is false' : `server ${server.number} has no vault; run it on server 1`
  throw new OperatorError(`nothing is published with ${file}: ${why}`, { exitCode: ExitCode.usage })
}
