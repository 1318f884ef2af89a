import { describe, expect, test } from 'vitest'
import { failEach } from '../faults/loop.js'
import { CODES } from '../faults/places.js'
import { STAGES } from '../faults/stages.js'
import { isShort, shareOf } from './share.js'

/** With `FAULTS=all` each call fails with each code; else with so many, others at each place and with each seed. */
const seed = Number(process.env['FAULTS_SEED'] ?? 1)
const codesAPlace = process.env['FAULTS'] === 'all' ? CODES.length : Number(process.env['FAULTS'] ?? (isShort ? 1 : 2))
const MOST_SHORT = 12

describe.each(STAGES)('$name', (stage) => {
  test('holds its promises whichever call to the file system fails', async () => {
    const { places, runs, fired, broken } = await failEach(stage, (all) =>
      shareOf([...all.entries()], MOST_SHORT, seed).flatMap(([index, place]) =>
        Array.from({ length: codesAPlace }, (_, turn): [typeof place, string, number] => [
          place,
          CODES[(index * 5 + seed + turn * 7) % CODES.length] ?? 'EIO',
          // Every other time it does not pass by itself.
          (index + turn + seed) % 2 === 0 ? 1 : 9999,
        ]),
      ),
    )
    console.log(`${stage.name}: ${places} places, ${runs} runs, ${fired} faults fired, seed ${seed}`)
    expect(broken).toEqual([])
  })
})
