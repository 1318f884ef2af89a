import { describe, expect, test } from 'vitest'
import { failEach } from './loop.js'
import { CODES } from './places.js'
import { STAGES } from './stages.js'

/** A few of the places that `test/long/faults.test.ts` goes through, others with another seed. */
const seed = Number(process.env['FAULTS_SEED'] ?? 1)
const RUNS = 4

describe.each(STAGES.filter(({ name }) => ['sync', 'process-hour', 'alert'].includes(name)))('$name', (stage) => {
  test(`holds its promises where calls to the file system fail (FAULTS_SEED=${seed})`, async () => {
    const { runs, fired, broken } = await failEach(stage, (places) =>
      Array.from({ length: RUNS }, (_, run) => {
        const place = places[(seed * 31 + run * 47) % places.length]
        if (!place) throw new Error('the command has touched no file')
        return [place, CODES[(seed + run * 5) % CODES.length] ?? 'EIO']
      }),
    )
    expect(broken).toEqual([])
    expect(fired).toBe(runs)
  })
})
