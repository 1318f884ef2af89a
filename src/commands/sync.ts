import { ExitCode } from '../operator-error.js'
import { refuseFoldersOfOthers } from './own-folders.js'
import { progressBar } from './progress-bar.js'
import { verbSettings } from './verb-settings.js'
import { retryOption } from './retry.js'
import type { Verb } from './verb.js'

export const sync: Verb = {
  name: 'sync',
  summary: 'push what server 2 has sealed to server 1, and remove what server 1 has a receipt for',
  options: [retryOption],
  exitCodes: {
    0: 'done',
    1: 'failed: nothing is lost, the message says what to do',
    2: 'wrong usage or settings',
    3: 'done in part: some files wait for the next run',
    75: 'another sync is at work, or server 1 cannot be reached: the next run goes on',
  },
  unattended: { passing: [ExitCode.partial, ExitCode.temporary] },
  async run(flags, world) {
    const { sync: pushBatches, syncExitCode } = await import('../transfer/sync.js')
    const settings = await verbSettings(flags, world)
    refuseFoldersOfOthers(settings, world)
    const progress = progressBar(world.stderr, world.clock)
    const result = await pushBatches({ ...world, settings, progress })
    progress.end()
    const { files, bytes } = result.sent
    const words = `${files} files (${bytes} bytes) of ${result.hours} hours sent, ${result.removed} removed on receipt`
    world.stdout.write(`${flags.json ? JSON.stringify(result) : words}\n`)
    return { exitCode: syncExitCode(result), words: ['Left for the next run:', ...result.reasons].join('\n') }
  },
}
