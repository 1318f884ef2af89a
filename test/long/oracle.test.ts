import { expect, test } from 'vitest'
import { runSeries } from '../oracle/series.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const FIRST_SEED = 2000
const RUNS = 30

test('every kind of fault, crash and end happens, and nothing that was counted is lost or damaged', async () => {
  await using folder = await temporaryFolder()
  let said = ''
  const tally = await runSeries({
    root: folder.path,
    firstSeed: FIRST_SEED,
    runs: RUNS,
    parallel: 2,
    say: (text) => (said += text),
  })
  expect(tally.failed, said).toBe(0)
  for (const what of ['kill', 'power-cut', 'cut-mid-line', 'operational-disconnect', 'garbage-line', 'burst'])
    expect(tally.fired(what), `${what} never happened\n${said}`).toBeGreaterThan(0)
  expect(tally.crashes, said).toBeGreaterThan(8)
})
