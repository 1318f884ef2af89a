import { expect, test } from 'vitest'
import { measure } from '../../bench/support/measure.js'
import { reword } from '../../bench/support/wording.js'
import { BRIEF_MS } from '../support/patience.js'

const node = (script: string) => ({ program: process.execPath, arguments: ['-e', script] })

const BUSY_MS = 100
const BUSY = `for (const end = process.cpuUsage().user + ${BUSY_MS}e3; process.cpuUsage().user < end;) Array(1e5).fill(0).sort();`

test('processor time is of the command and of the processes that it started, each told', async () => {
  const child = `require('child_process').execFileSync(process.execPath, ['-e', ${JSON.stringify(BUSY)}])`
  const { cpuMs, childrenCpuMs } = await measure(node(`${child}; ${BUSY} setTimeout(() => {}, ${BRIEF_MS})`))
  expect(childrenCpuMs).toBeGreaterThanOrEqual(BUSY_MS)
  expect(cpuMs - childrenCpuMs).toBeGreaterThanOrEqual(BUSY_MS)
})

test('memory is the most that all of them held at once', async () => {
  const hold = 'const held = Buffer.alloc(100e6, 1)'
  const child = JSON.stringify(`${hold}; setTimeout(() => held[0], ${BRIEF_MS})`)
  const both = `${hold}; require('child_process').spawn(process.execPath, ['-e', ${child}]).on('exit', () => held[0])`
  expect((await measure(node(both))).peakBytes).toBeGreaterThan(200e6)
})

test('a command that fails is an error with what it said', async () => {
  await expect(measure(node('console.error("no such hour"); process.exit(3)'))).rejects.toThrow(
    /ended with 3: no such hour/,
  )
})

test('a reworded text keeps its length, its script and its links, and is the same each time', () => {
  const text = 'RT @ada_1: good morning 世界は広い #NowPlaying https://t.co/abc “ok”'
  const reworded = reword(text, 7)
  expect(reworded).not.toBe(text)
  expect(reworded).toMatch(
    /^RT @ada_1: [a-z]{4} [a-z]{7} [\u3000-\u9fff]{5} #NowPlaying https:\/\/t\.co\/abc “[a-z]{2}”$/,
  )
  expect(reword(text, 7)).toBe(reworded)
})
