import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.js'
import { runSeries } from './series.js'

test('whatever the network, the disk and the machine do, nothing that was counted is lost, and nothing is damaged', async () => {
  await using folder = await temporaryFolder()
  let said = ''
  const tally = await runSeries({
    root: folder.path,
    firstSeed: 2000,
    runs: 4,
    parallel: 2,
    say: (text) => (said += text),
  })
  expect(tally.failed, said).toBe(0)
})
