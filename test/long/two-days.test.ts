import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.js'
import { soakTwoDays } from '../soak/two-days.js'

test.each([1, 2])('two virtual days with random outages lose nothing (seed %i)', async (seed) => {
  await using folder = await temporaryFolder()
  const { findings, outages, faultsFired, tweets } = await soakTwoDays(folder.path, seed)
  expect(findings, `seed ${seed}`).toEqual([])
  expect(outages.length).toBeGreaterThan(4)
  expect(Object.keys(faultsFired).length, `faults fired with seed ${seed}`).toBeGreaterThan(2)
  expect(tweets).toBeGreaterThan(1000)
})
