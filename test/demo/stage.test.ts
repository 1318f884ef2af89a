import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { realClock } from '../../src/clock.js'
import { Child } from '../../src/demo/child.js'
import { BEGINNING } from '../../src/demo/script.js'
import { Stage } from '../../src/demo/stage.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { until } from '../support/until.js'

const main = join(import.meta.dirname, '../../dist/main.js')

test('a sync that cannot reach server 1 ends no demo, and the next one brings what waits', async () => {
  await using folder = await temporaryFolder()
  await using stage = new Stage({
    ...{ root: folder.path, self: [process.execPath, main], env: process.env, realClock: realClock() },
    ...{ startMs: BEGINNING, speed: 2000, seed: 1, rate: 1, faults: [] },
  })
  await stage.build()
  stage.startCollector(2)
  await until(async () => {
    expect(await stage.filed(2)).toBeGreaterThan(0)
  })
  const { settings } = stage.places.server[2]
  const text = await readFile(settings, 'utf8')
  const deaf = text.replace(/^port = .*$/m, 'port = 9')
  expect(deaf).not.toBe(text)
  await writeFile(settings, deaf)
  expect(await stage.sync()).toBeUndefined()
  await writeFile(settings, text)
  expect(await stage.sync()).toMatch(/^\d+ files .* sent/)
})

test('a command of the demo that fails is told with its reason', async () => {
  await using folder = await temporaryFolder()
  const script = 'console.error("collector: the disk is gone"); console.error("info  mail sent"); process.exit(1)'
  await using child = new Child({
    ...{ self: [process.execPath, '-e', script], arguments: [], env: {} },
    logFile: join(folder.path, 'log'),
  })
  await expect(child.end()).rejects.toThrow(/ended with code 1: the disk is gone \(demo --keep leaves its log, /)
})
