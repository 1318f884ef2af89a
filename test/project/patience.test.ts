import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** A bound of its own: a number where one of test/support/patience.ts belongs, or an expectation of how long something took. */
const OWN_BOUND =
  /\b(timeout|testTimeout|hookTimeout|socketMs):( \(\) =>)? [\d_]+\b(?! \*)|\btimeout\([\d_]+\)|expect\((performance|Date)\.now\(\) -|vi\.waitFor\(/

/** What waits for whole machines has its own patience. */
const exclude = ['test/support/until.ts', 'test/servers/booted/**', 'test/oracle/**', 'test/soak/**']

test('no test has a time bound of its own, which a slow machine would break', () => {
  const files = globSync(['test/**/*.ts', 'vitest*.ts'], { cwd: root, exclude })
  expect(files.length).toBeGreaterThan(100)
  const own = files.filter((file) => OWN_BOUND.test(readFileSync(join(root, file), 'utf8')))
  expect(own).toEqual([])
})
