import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { describe, expect, test } from 'vitest'
import { realClock } from '../../src/clock.js'
import { FaultPlan } from '../../src/simulator/fault-plan.js'
import { startXApi, type XApi } from '../../src/simulator/x/x-api.js'
import { sampleUrl } from '../../src/x-api/sample-request.js'
import { recordingLog } from '../support/recording-log.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { VirtualCollector } from '../support/virtual-collector.js'
import { noPythonTools, runPython } from './python-tools.js'

const missing = noPythonTools()

async function simulatedX() {
  const clock = realClock()
  const own = { clock, log: recordingLog(), seed: 7, rate: 200, faults: new FaultPlan([], clock) }
  return startXApi({ ...own, tokens: ['token-1', 'token-2'], redundantConnections: 2, record: true })
}

/** What twarc-csv doesn't know of X's payloads; without them it leaves out whole batches of a hundred tweets. */
const COLUMNS = ['text', 'entities.urls', 'entities.hashtags', 'entities.mentions', 'entities.cashtags']
  .map((name) => `note_tweet.${name}`)
  .join(',')

const lines = async (path: string) => (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '')
const idsOf = (texts: string[]) => texts.map((text) => (JSON.parse(text) as { data: { id: string } }).data.id)

/** File three hundred tweets of the stream as the collector does, and seal them. Returns their IDs. */
async function collected(x: XApi, fields: 'lean' | 'full', folder: string): Promise<string[]> {
  const options = { server: 1, folder, lateMs: 360_000, clock: realClock(), log: recordingLog() } as const
  await mkdir(folder)
  const collector = await VirtualCollector.start(options)
  const stop = new AbortController()
  const url = sampleUrl({ baseUrl: x.url, fields }, 0)
  const answer = await fetch(url, { headers: { authorization: 'Bearer token-1' }, signal: stop.signal })
  let text = ''
  // Not by node:readline: it takes U+2028 within a tweet for the end of a line.
  for await (const chunk of Readable.fromWeb(answer.body as ReadableStream).setEncoding('utf8')) {
    text += String(chunk)
    if (text.split('\r\n').length > 300) break
  }
  const received = text
    .split('\r\n')
    .slice(0, 300)
    .filter((line) => line !== '')
  stop.abort()
  await collector.receive(received.map((line) => Buffer.from(line)))
  await collector.stop()
  return idsOf(received)
}

const TWEEPY = `
import sys, tweepy
class Printer(tweepy.StreamingClient):
    seen = 0
    def on_tweet(self, tweet):
        print(tweet.id, tweet.author_id)
        self.seen += 1
        if self.seen >= 100: self.disconnect()
Printer('token-2').sample(expansions=['author_id'], tweet_fields=['created_at'])
`

describe.skipIf(missing !== undefined)(`clients of X that nobody here wrote${missing ? ` (${missing})` : ''}`, () => {
  test('twarc2 samples the stream, flattens it, makes CSV of it, and hydrates its IDs', async () => {
    await using x = await simulatedX()
    await using folder = await temporaryFolder()
    const twarc = (...words: string[]) =>
      runPython('twarc2', ['--bearer-token', 'token-1', ...words], folder.path, x.url)
    const sample = await twarc('sample', '--limit', '300', 'sample.jsonl')
    expect(sample).toMatchObject({ code: 0 })
    const sampled = await lines(join(folder.path, 'sample.jsonl'))
    expect(idsOf(sampled)).toEqual(x.sentIds('token-1').slice(0, 300))
    expect(await twarc('flatten', 'sample.jsonl', 'flat.jsonl')).toMatchObject({ code: 0 })
    expect(await lines(join(folder.path, 'flat.jsonl'))).toHaveLength(300)
    const csv = await twarc('csv', 'sample.jsonl', 'sample.csv')
    expect(csv.code, csv.stderr).toBe(0)
    const ids = idsOf(sampled).slice(0, 150)
    await writeFile(join(folder.path, 'ids.txt'), ids.map((id) => `${id}\n`).join(''))
    const hydrated = await twarc('hydrate', 'ids.txt', 'hydrated.jsonl')
    expect(hydrated.code, hydrated.stderr).toBe(0)
    const answers = await lines(join(folder.path, 'hydrated.jsonl'))
    const found = answers.flatMap((text) => (JSON.parse(text) as { data: { id: string }[] }).data)
    expect(found.map(({ id }) => id)).toEqual(ids)
  })

  test.each(['lean', 'full'] as const)('twarc2 reads the minute files of a spool (fields = %s)', async (fields) => {
    await using x = await simulatedX()
    await using folder = await temporaryFolder()
    const spool = join(folder.path, 'spool')
    const ids = await collected(x, fields, spool)
    const files = (await readdir(spool, { recursive: true }))
      .filter((name) => /sampled_stream.*\.jsonl$/.test(name))
      .sort()
    const texts = await Promise.all(files.map((name) => readFile(join(spool, name), 'utf8')))
    await writeFile(join(folder.path, 'minutes.jsonl'), texts.join(''))
    const twarc = (...words: string[]) => runPython('twarc2', ['--bearer-token', 'token-1', ...words], folder.path)
    const flattened = await twarc('flatten', 'minutes.jsonl', 'flat.jsonl')
    expect(flattened.code, flattened.stderr).toBe(0)
    const flat = (await lines(join(folder.path, 'flat.jsonl'))).map((line) => JSON.parse(line) as { id: string })
    expect(flat.map(({ id }) => id).sort()).toEqual(ids.sort())
    const csv = await twarc('csv', '--extra-input-columns', COLUMNS, 'minutes.jsonl', 'minutes.csv')
    expect(csv.code, csv.stderr).toBe(0)
    const count = "import pandas; print(len(pandas.read_csv('minutes.csv', dtype=str)))"
    expect(Number((await runPython('python', ['-c', count], folder.path)).stdout)).toBe(ids.length)
  })

  test('twarc2 gets its token for the keys of an application', async () => {
    await using x = await simulatedX()
    await using folder = await temporaryFolder()
    const keys = ['--consumer-key', 'simulated-key-1', '--consumer-secret', 'simulated-secret', '--app-auth']
    const words = [...keys, 'sample', '--limit', '20', 'sample.jsonl']
    const { code, stderr } = await runPython('twarc2', words, folder.path, x.url)
    expect(code, stderr).toBe(0)
    expect(await lines(join(folder.path, 'sample.jsonl'))).toHaveLength(20)
  })

  test('a wrong token is told by twarc2 in its own words', async () => {
    await using x = await simulatedX()
    await using folder = await temporaryFolder()
    const words = ['--bearer-token', 'wrong', 'sample', '--limit', '1', 'sample.jsonl']
    const { stdout, stderr } = await runPython('twarc2', words, folder.path, x.url)
    expect(stdout + stderr).toContain('Unauthorized')
  })

  test('tweepy reads the stream', async () => {
    await using x = await simulatedX()
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, 'client.py'), TWEEPY)
    const { stdout } = await runPython('python', ['client.py'], folder.path, x.url)
    const seen = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0])
    expect(seen).toHaveLength(100)
    expect(seen).toEqual(x.sentIds('token-2').slice(0, 100))
  })
})
