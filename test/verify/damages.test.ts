import { appendFile, copyFile, mkdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { receiptName } from '../../src/spool/receipt.js'
import { HOUR_MS } from '../../src/utc.js'
import { bookPath, type Book } from '../../src/vault/book.js'
import { verifyExitCode } from '../../src/verify/verified.js'
import { HOUR } from '../support/hour-world.js'
import { idAt } from '../support/tweets.js'
import { copyOf, idOf, TWEETS_AN_HOUR, verifyAll, verifyWorld, type Copy, type VerifyWorld } from './verify-world.js'

let world: VerifyWorld
beforeAll(async () => {
  world = await verifyWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const NEXT = HOUR + HOUR_MS
const report = ({ vault }: Copy) => join(vault, '2026-11-21', '2026-11-21_report.txt')
const receipt = ({ spool2 }: Copy) => join(spool2, 'receipts', receiptName(HOUR))
const edit = async (path: string, change: (text: string) => string) =>
  writeFile(path, change(await readFile(path, 'utf8')))
/** An ID as a program prints it that took it for a number. */
const rounded = (id: string): string => String(Number(id))
const allIds = Array.from({ length: TWEETS_AN_HOUR }, (_, tweet) => idOf(tweet))
const throughNumbers = (text: string): string =>
  allIds.reduce((changed, id) => changed.replaceAll(id, rounded(id)), text)
const TWEETS = '2026-11-21/2026-11-21_13_tweets.csv.xz'
const IDS = '2026-11-21/2026-11-21_13_IDs.txt.xz'
const USERS = '2026-11-21/2026-11-21_13_users.csv.xz'
const BOOK = '2026-11-21/2026-11-21_13_hour.json'
const REPORT = '2026-11-21/2026-11-21_report.txt'

test('nothing is found in the original', async () => {
  const verified = await verifyAll(world)
  expect(verified).toMatchObject({ hours: 3, read: 3, findings: [], notes: [], damaged: 0, mended: [] })
  expect(verifyExitCode(verified)).toBe(0)
})

const damages: [string, (copy: Copy) => Promise<unknown>, string, RegExp][] = [
  ['a bit of the tweets is turned', (copy) => copy.flip('tweets'), TWEETS, /^damaged: SHA-256/],
  ['the tweets are empty', (copy) => truncate(copy.path('tweets'), 0), TWEETS, /^damaged: SHA-256 .* of 0 bytes/],
  ['a file has more behind its end', (copy) => appendFile(copy.path('IDs'), 'x'), IDS, /^damaged: SHA-256/],
  [
    'a file is valid xz of other content',
    (copy) => copy.file('IDs', (text) => text.replace(idOf(3), idOf(4))),
    IDS,
    /^damaged: SHA-256/,
  ],
  ['a folder lies in the place of a file', folderInPlace, TWEETS, /^cannot be read \(/],
  ['the users end too early', (copy) => truncate(copy.path('users'), 60), USERS, /^damaged: SHA-256/],
  ['the IDs are gone', (copy) => rm(copy.path('IDs')), IDS, /^missing$/],
  ['a file is of another hour', (copy) => copyFile(copy.path('IDs', NEXT), copy.path('IDs')), IDS, /^damaged/],
  ['a book is gone', (copy) => rm(bookPath(copy.vault, HOUR)), '2026-11-21_13', /^not archived: no book$/],
  ['the files of a lost book remain', (copy) => rm(bookPath(copy.vault, HOUR)), TWEETS, /no book .* names it/],
  ['a book is cut off', (copy) => truncate(bookPath(copy.vault, HOUR), 500), BOOK, /^damaged: .*no valid JSON/],
  [
    "a book's count is another one",
    (copy) => copy.book((book) => ({ ...book, archived: book.archived + 1 })),
    BOOK,
    /archived against both/,
  ],
  [
    'lines are missing from the equation',
    (copy) =>
      copy.book(({ servers, ...book }) => ({ ...book, servers: { ...servers, 2: { ...servers[2], lines: 1 } } })),
    BOOK,
    /server 2: lines \+ rejected/,
  ],
  [
    'a book says that there were more rows than there are',
    (copy) =>
      copy.book(({ archive, ...book }) => ({
        ...book,
        archive: archive.map((file) => (file.name.includes('users') ? { ...file, rows: file.rows + 1 } : file)),
      })),
    BOOK,
    /^users against the rows of users\.csv\.xz: 9, not 10$/,
  ],
  [
    'a book has forgotten a minute file that a receipt answers for',
    (copy) => copy.book((book) => ({ ...book, inputs: book.inputs.filter(({ server }) => server === 1) })),
    'receipts/2026-11-21_13.json',
    /37 files that are not in the book/,
  ],
  [
    'a book counts other lines than its minute files have',
    (copy) =>
      copy.book(({ inputs, ...book }) => ({
        ...book,
        inputs: inputs.map((input) => ({ ...input, lines: input.lines + 1 })),
      })),
    BOOK,
    /^server 2: lines: 37, but its minute files have 74$/,
  ],
  [
    'a book names lost files that nobody has been told of yet',
    async (copy) => {
      await copy.book(({ inputs, ...book }) => ({ ...book, inputs, lost: [{ ...lostOf(inputs), reason: 'vanished' }] }))
      await writeFile(join(copy.vault, '2026-11-21', '2026-11-21_13_lost.txt'), 'a notice')
    },
    BOOK,
    /^1 minute files are lost \(.* of server 1: vanished\): read 2026-11-21_13_lost\.txt, then remove it$/,
  ],
  [
    'a file lies there that its book does not name',
    (copy) => writeFile(join(copy.vault, '2026-11-21', '2026-11-21_13_raw.jsonl.zst'), 'x'),
    '2026-11-21/2026-11-21_13_raw.jsonl.zst',
    /no book that can be read names it/,
  ],
  ['a file of the hour lies in the folder of another day', intoOtherDay, TWEETS, /^missing$/],
  [
    'a committed file never got its name',
    (copy) => rename(copy.path('tweets'), `${copy.path('tweets')}.part`),
    TWEETS,
    /^missing/,
  ],
  ['a book lies under the name of another hour', swapBooks, BOOK, /its hour is another one/],
  [
    'IDs went through floating-point numbers',
    (copy) => copy.content('tweets', throughNumbers),
    TWEETS,
    /IDs in id end in 00/,
  ],
  [
    'only the column of the replies went through numbers',
    (copy) =>
      copy.content('tweets', (text) => text.replaceAll(/,(\d{19}),(?=\d+,20)/g, (_, id: string) => `,${rounded(id)},`)),
    TWEETS,
    /IDs in conversation_id end in 00/,
  ],
  [
    'rows have changed places',
    (copy) => copy.content('tweets', swapRows),
    TWEETS,
    /come after a higher or equal one: they must ascend/,
  ],
  [
    'a row stands there twice',
    (copy) => copy.content('tweets', (text) => text.replace(/^(\d+,.*\n)/m, '$1$1')),
    TWEETS,
    /^41 rows, not 40$/,
  ],
  [
    'the IDs have one that the tweets have not',
    (copy) => copy.content('IDs', (text) => `${text}${idOf(59)}\n`),
    IDS,
    /^its IDs are not those of tweets\.csv\.xz$/,
  ],
  [
    'an ID is no number',
    (copy) => copy.content('IDs', (text) => text.replace(idOf(5), '1.99e+18')),
    IDS,
    /1 IDs are no ID \("1\.99e\+18"\)/,
  ],
  ['a column is gone', (copy) => copy.content('tweets', withoutLastColumn), TWEETS, /cannot be read \(its header is/],
  [
    'the last row is cut off',
    (copy) => copy.content('tweets', (text) => text.slice(0, -9)),
    TWEETS,
    /the last row has no end/,
  ],
  [
    'a file is no UTF-8 any more',
    (copy) => copy.bytes('users', (bytes) => Buffer.concat([bytes, Buffer.from([0xff, 0x0a])])),
    USERS,
    /its content cannot be read \(/,
  ],
  [
    'an author stands there who wrote nothing',
    (copy) => copy.content('users', (text) => `${text}${text.split('\n')[1]?.replace(/^\d+/, '999') ?? ''}\n`),
    USERS,
    /1 authors in it have no tweet in the hour \(999\)/,
  ],
  ['two IDs have changed places', (copy) => copy.content('IDs', swapLines), IDS, /come after a higher or equal one/],
  [
    'an ID is of another hour',
    (copy) => copy.content('tweets', (text) => text.replaceAll(idOf(39), idAt(HOUR + 5 * HOUR_MS))),
    TWEETS,
    /1 IDs are of another hour \(\d+: 2026-11-21T18/,
  ],
  [
    'an ID tells a time that cannot be',
    (copy) => copy.content('tweets', (text) => text.replaceAll(idOf(39), idAt(Date.parse('2031-01-01T00:00Z')))),
    TWEETS,
    /1 IDs tell a time that cannot be \(\d+: 2031/,
  ],
  [
    'a tweet is missing, and nobody says so',
    (copy) => copy.content('tweets', (text) => text.replace(/^.*\n$/m, '')),
    TWEETS,
    /39 rows, not 40|cannot be read|header/,
  ],
  [
    'the servers of a tweet are others',
    (copy) => copy.content('tweets', (text) => text.replace(/,12\n/, ',2\n')),
    TWEETS,
    /column servers has .* the book has/,
  ],
  [
    'an author is missing from the users',
    (copy) => copy.content('users', (text) => text.replace(/^104,/m, '204,')),
    USERS,
    /1 authors of the hour's tweets are not in it \(104\)/,
  ],
  [
    'a rejected line is of the other server',
    (copy) => copy.content('rejected', (text) => text.replace('"server":1', '"server":2')),
    '2026-11-21/2026-11-21_13_rejected.jsonl.xz',
    /0 lines of server 1, the book has 1/,
  ],
  [
    'the report was edited',
    (copy) => edit(report(copy), (text) => text.replace('40', '41')),
    REPORT,
    /not what the books/,
  ],
  ['the report is gone', (copy) => rm(report(copy)), REPORT, /^missing/],
  ['a receipt is gone', (copy) => rm(receipt(copy)), 'receipts/2026-11-21_13.json', /^missing/],
  [
    'a receipt is of an earlier revision',
    (copy) => edit(receipt(copy), (text) => text.replace(/"revision": 1/, '"revision": 0')),
    'receipts/2026-11-21_13.json',
    /of revision 0, the book has 37 of revision 1: verify --mend withdraws it/,
  ],
  [
    'a receipt is of another hour',
    (copy) => copyFile(join(copy.spool2, 'receipts', receiptName(NEXT)), receipt(copy)),
    'receipts/2026-11-21_13.json',
    /^it is for 2026-11-21_14/,
  ],
  [
    'a receipt answers for a file that was never archived',
    (copy) => edit(receipt(copy), (text) => text.replace(/"sha256": "\w{8}/, '"sha256": "00000000')),
    'receipts/2026-11-21_13.json',
    /files that are not in the book/,
  ],
  ['a receipt is damaged', (copy) => truncate(receipt(copy), 30), 'receipts/2026-11-21_13.json', /^damaged/],
]

test.each(damages)('it is found that %s', async (name, damage, place, words) => {
  const copy = await copyOf(world, name.replaceAll(' ', '-'))
  await damage(copy)
  const verified = await verifyAll(copy)
  const lines = verified.findings.map((finding) => `${finding.place}: ${finding.text}`)
  const found = verified.findings.filter((finding) => finding.place.endsWith(place) && words.test(finding.text))
  expect(found, lines.join('\n')).toHaveLength(1)
  expect(verifyExitCode(verified)).toBe(1)
  for (const line of lines) expect(line).not.toContain('\n')
})

test('what is not ours, or half-written, is mentioned and is no fault', async () => {
  const copy = await copyOf(world, 'strangers')
  const day = join(copy.vault, '2026-11-21')
  await writeFile(join(day, 'notes.txt'), 'mine')
  await writeFile(join(day, '2026-11-21_14_lost.txt'), 'a notice of what has come again')
  await writeFile(join(day, '2026-11-21_13_tweets.csv.xz.part'), 'begun')
  const verified = await verifyAll(copy)
  expect(verified.findings).toEqual([])
  expect(verified.notes.map(({ place, text }) => `${place}: ${text}`)).toEqual([
    '2026-11-21/2026-11-21_13_tweets.csv.xz.part: half-written: the next process-hour deals with it',
    '2026-11-21/2026-11-21_14_lost.txt: its book knows of no lost file: remove it',
    '2026-11-21/notes.txt: none of ours: left alone',
  ])
})

test('a sample reads a share of the hours, the same ones for the same seed, and tells the seed', async () => {
  const copy = await copyOf(world, 'sample')
  for (const hour of [0, 1, 2]) await copy.flip('tweets', HOUR + hour * HOUR_MS)
  const places = async (seed: number) => {
    const verified = await verifyAll(copy, { scope: { samplePercent: 34, seed } })
    expect(verified).toMatchObject({ hours: 3, read: 2, seed })
    return verified.findings.map(({ place }) => place)
  }
  expect(await places(7)).toEqual(await places(7))
  const all = new Set<string>()
  for (let seed = 0; seed < 12; seed++) for (const place of await places(seed)) all.add(place)
  expect(all.size).toBe(3)
})

test('of recent hours every file is read, and of older ones what the sample says', async () => {
  const copy = await copyOf(world, 'recent')
  for (const hour of [0, 1, 2]) await copy.flip('tweets', HOUR + hour * HOUR_MS)
  const read = async (samplePercent: number) => {
    const scope = { samplePercent, seed: 1, recentFrom: HOUR + 2 * HOUR_MS }
    const { findings, read } = await verifyAll(copy, { scope })
    return [read, findings.filter(({ place }) => place.includes('_15_')).length]
  }
  expect(await read(0)).toEqual([1, 1])
  expect(await read(5)).toEqual([2, 1])
  expect(await read(100)).toEqual([3, 1])
})

test('a day and a month limit what is looked at', async () => {
  const copy = await copyOf(world, 'scope')
  await copy.flip('tweets')
  const scope = { samplePercent: 100, seed: 1 }
  expect((await verifyAll(copy, { scope: { ...scope, day: Date.parse('2026-11-20T00:00Z') } })).findings).toEqual([])
  expect((await verifyAll(copy, { scope: { ...scope, month: '2026-10' } })).findings).toEqual([])
  expect((await verifyAll(copy, { scope: { ...scope, month: '2026-11' } })).findings).toHaveLength(1)
  expect((await verifyAll(copy, { scope: { ...scope, day: Date.parse('2026-11-21T00:00Z') } })).findings).toHaveLength(
    1,
  )
})

test('hours that were never archived are told in one line, once they are overdue', async () => {
  const copy = await copyOf(world, 'overdue')
  for (const hour of [1, 2])
    for (const kind of ['IDs', 'tweets', 'users', 'rejected'] as const) await rm(copy.path(kind, HOUR + hour * HOUR_MS))
  for (const hour of [1, 2]) await rm(bookPath(copy.vault, HOUR + hour * HOUR_MS))
  const { findings } = await verifyAll(copy)
  expect(findings).toContainEqual({ place: '2026-11-21_14 to 2026-11-21_15', text: 'not archived: no book of 2 hours' })
})

async function swapBooks({ vault }: Copy): Promise<void> {
  await rename(bookPath(vault, HOUR), join(vault, 'aside'))
  await rename(bookPath(vault, NEXT), bookPath(vault, HOUR))
  await rename(join(vault, 'aside'), bookPath(vault, NEXT))
}

const swapRows = (text: string): string => text.replace(/^(\d+,.*\n)(\d+,.*\n)/m, '$2$1')

const withoutLastColumn = (text: string): string => text.replaceAll(/,[^,\n]*\n/g, '\n')

const lostOf = ([input]: Book['inputs']) => ({ ...(input as Book['inputs'][number]), server: 1 as const, revision: 1 })

async function folderInPlace(copy: Copy): Promise<void> {
  await rm(copy.path('tweets'))
  await mkdir(copy.path('tweets'))
}

async function intoOtherDay({ vault, path }: Copy): Promise<void> {
  await mkdir(join(vault, '2026-11-20'))
  await rename(path('tweets'), join(vault, '2026-11-20', '2026-11-21_13_tweets.csv.xz'))
}

const swapLines = (text: string): string => text.replace(/^(\d+)\n(\d+)\n/, '$2\n$1\n')

test('a vault that lost its first days is found out by what the spools remember', async () => {
  const { findings } = await verifyAll(world, { beginning: HOUR - 5 * HOUR_MS })
  expect(findings).toEqual([{ place: '2026-11-21_08 to 2026-11-21_12', text: 'not archived: no book of 5 hours' }])
})

test('a vault that is not there is no archive without a fault', async () => {
  const settings = { ...world.settings, vault: { ...world.context.vault, folder: join(world.root, 'nowhere') } }
  await expect(verifyAll({ ...world, settings })).rejects.toThrow(
    /there is no vault at .*nowhere: correct \[vault\] folder/,
  )
})
