import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { BucketWorkers, ownThread, type BucketMerger } from '../../src/hour/bucket-workers.js'
import type { InputFile, Server } from '../../src/hour/input-file.js'
import { mergeHour, type Sink } from '../../src/hour/merge-hour.js'
import { emptyTally } from '../../src/hour/tally.js'
import { hourFolder, minuteFileName } from '../../src/spool/minute-name.js'
import { MINUTE_MS } from '../../src/utc.js'
import type { RejectedLine } from '../../src/vault/rejected-lines.js'
import { HOUR } from '../support/hour-world.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { payload } from '../support/tweets.js'

/** A minute file of `server` with these lines. */
async function minuteFile(
  folder: string,
  { server, minute, number }: { server: Server; minute: number; number: number },
  lines: readonly (Buffer | string)[],
): Promise<InputFile> {
  const id = { minute: HOUR + minute * MINUTE_MS, number }
  const spool = join(folder, `spool-${server}`)
  const path = join(spool, hourFolder(HOUR), minuteFileName(id))
  const content = lines.map((line) => `${line.toString()}\n`).join('')
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
  const sha256 = createHash('sha256').update(content).digest('hex')
  return {
    ...id,
    server,
    spool,
    name: minuteFileName(id),
    path,
    bytes: content.length,
    sha256,
    listed: true,
    open: false,
  }
}

/** Everything that a sink is given, the rejected lines in the order in which the archive has them. */
function recordingSink() {
  const chunks = { ids: [] as string[], tweets: [] as string[], users: [] as string[], raw: [] as string[] }
  const rejected: RejectedLine[] = []
  const sink: Sink = {
    encoded({ ids, tweets, users }) {
      for (const [kind, bytes] of Object.entries({ ids, tweets, users }))
        chunks[kind as keyof typeof chunks].push(Buffer.from(bytes).toString('latin1'))
      return Promise.resolve()
    },
    raw(lines) {
      chunks.raw.push(Buffer.from(lines).toString())
      return Promise.resolve()
    },
    rejected({ bytes }) {
      const lines = Buffer.from(bytes).toString().split('\n').filter(Boolean)
      rejected.push(...lines.map((line) => JSON.parse(line) as RejectedLine))
      return Promise.resolve()
    },
    abandon() {
      for (const list of [...Object.values(chunks), rejected]) list.length = 0
      return Promise.resolve()
    },
  }
  const place = ({ server, file, number }: RejectedLine) => `${server} ${file} ${String(number).padStart(9, '0')}`
  const content = () => ({
    ...Object.fromEntries(Object.entries(chunks).map(([kind, list]) => [kind, list.join('')])),
    rejected: rejected.toSorted((a, b) => (place(a) < place(b) ? -1 : 1)),
  })
  return { sink, content }
}

async function mergedBy(merger: BucketMerger, files: readonly InputFile[]) {
  const { sink, content } = recordingSink()
  const open = () => Promise.resolve({ sink, tally: emptyTally() })
  async function* nothing() {
    // A new hour.
  }
  const sources = { hour: HOUR, files, archived: nothing, keptLines: nothing }
  const { tally } = await mergeHour(sources, open, merger, () => undefined, new AbortController().signal)
  return { tally, ...content() }
}

/** Copies, repetitions, rubbish and strays of both servers in some minutes, drawn by fast-check. */
const someLines = fc.array(
  fc.record({
    server: fc.constantFrom<Server>(1, 2),
    minute: fc.nat(2),
    number: fc.nat(1),
    line: fc.oneof(
      fc
        .record({ made: fc.nat(2), sequence: fc.nat(4), text: fc.string({ unit: 'grapheme', maxLength: 8 }) })
        .map(({ made, sequence, text }) => payload(HOUR + made * MINUTE_MS, { sequence, text })),
      fc.constantFrom('no json', '{"data":{"id":"12"', '{"data":{"text":"\\"id\\":\\"5\\""}}', '\u0000'),
    ),
  }),
  { maxLength: 25 },
)

async function filesOf(folder: string, drawn: typeof someLines extends fc.Arbitrary<infer Lines> ? Lines : never) {
  const groups = Map.groupBy(drawn, ({ server, minute, number }) => `${server} ${minute} ${number}`)
  const files: InputFile[] = []
  for (const [first, ...rest] of groups.values())
    if (first)
      files.push(
        await minuteFile(
          folder,
          first,
          [first, ...rest].map(({ line }) => line),
        ),
      )
  return files
}

test('threads and the order of the files change nothing in what is merged, be it odd or stray', async () => {
  await using folder = await temporaryFolder()
  await using workers = new BucketWorkers(2)
  const drawn = someLines.chain((lines) =>
    fc.tuple(fc.constant(lines), fc.array(fc.nat(1e6), { minLength: 30, maxLength: 30 })),
  )
  await fc.assert(
    fc.asyncProperty(drawn, async ([lines, keys]) => {
      const files = await filesOf(folder.path, lines)
      const shuffled = files.map((file, index) => ({ file, key: keys[index] ?? 0 })).sort((a, b) => a.key - b.key)
      const expected = await mergedBy(ownThread(), files)
      const other = shuffled.map(({ file }) => file)
      expect(await mergedBy(workers, other)).toEqual(expected)
      expect(await mergedBy(ownThread(), other)).toEqual(expected)
    }),
    { numRuns: 60 },
  )
})

test('a line that is no tweet is rejected whichever server it came from, also where the other has the tweet', async () => {
  await using folder = await temporaryFolder()
  const whole = payload(HOUR)
  const torn = whole.subarray(0, -1)
  const fake = Buffer.from(JSON.stringify({ data: { text: whole.toString() } }))
  for (const server of [1, 2] as const) {
    const files = [
      await minuteFile(folder.path, { server: 1, minute: 0, number: 0 }, [whole]),
      await minuteFile(folder.path, { server, minute: 0, number: 1 }, [torn, fake]),
    ]
    const { tally } = await mergedBy(ownThread(), files)
    expect(tally).toMatchObject({ archived: 1, both: 0 })
    expect(tally.servers[server].rejected).toBe(2)
  }
})

test('a file whose content is not the one that it was known by stops the hour, in a thread too', async () => {
  await using folder = await temporaryFolder()
  const file = await minuteFile(folder.path, { server: 1, minute: 0, number: 0 }, [payload(HOUR)])
  await using workers = new BucketWorkers(2)
  for (const merger of [ownThread(), workers])
    await expect(mergedBy(merger, [{ ...file, sha256: 'f'.repeat(64) }])).rejects.toThrow('changed while it was read')
})

test('a file that is gone when its turn comes stops the hour, in a thread too', async () => {
  await using folder = await temporaryFolder()
  const file = await minuteFile(folder.path, { server: 1, minute: 0, number: 0 }, [payload(HOUR)])
  await using workers = new BucketWorkers(2)
  await rm(file.path)
  await expect(mergedBy(workers, [file])).rejects.toThrow('changed while it was read')
})

test('a line longer than what is read at a time comes whole', async () => {
  await using folder = await temporaryFolder()
  const long = payload(HOUR, { text: 'x'.repeat(3 << 20) })
  const file = await minuteFile(folder.path, { server: 1, minute: 0, number: 0 }, [
    long,
    payload(HOUR, { sequence: 1 }),
  ])
  const { tally, raw } = (await mergedBy(ownThread(), [file])) as { tally: { archived: number }; raw?: string }
  expect(tally.archived).toBe(2)
  expect(raw?.startsWith(`${long.toString()}\n`)).toBe(true)
})
