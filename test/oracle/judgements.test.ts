import { describe, expect, test } from 'vitest'
import { Case } from './case.js'
import { filedWell } from './judgements/content.js'
import { backfillFits } from './judgements/gaps.js'
import { nothingLostInTheMiddle } from './judgements/kept.js'
import type { Life } from './life.js'
import type { Evidence } from './run.js'
import type { SpoolContent } from './spool-content.js'
import { departures } from './truth.js'

const FROM = Date.parse('2026-11-20T12:00:00Z')
const UNTIL = FROM + 600_000
const at = (ms: number) => new Date(FROM + ms).toISOString()

const life = (facts: Partial<Life>): Life =>
  ({ plan: {}, from: FROM, until: UNTIL, askedAt: UNTIL - 5000, diskFailures: [], ...facts }) as Life

function caseOf(life: Life, spool: Partial<SpoolContent>, sent: readonly string[] = []): Case {
  const connect = { number: 1, fromMs: FROM, ending: 'client-gone' }
  const tweets = sent.map((id) => ({ id }))
  const evidence = { plan: { lateMinutes: 1 }, lives: [life], sent: { connects: [{ connect, tweets }] } }
  const nothing = { lines: [], files: [], strangers: [], journal: [], rejected: [], broken: [] }
  return new Case(evidence as unknown as Evidence, { ...nothing, ...spool })
}

describe('of a killed collector the end of a connection may be missing, never its middle', () => {
  const killed = life({ ended: 'killed' })
  /** The lines came with chunks a second apart; what came with the last one may be there in part. */
  const complaints = (sent: string, kept: string) => {
    const lines = Array.from(kept).map((id, index) => ({
      id,
      hash: '',
      retrievedMs: FROM + index * 1000,
      url: '',
      file: '',
    }))
    return nothingLostInTheMiddle(caseOf(killed, { lines }, Array.from(sent)))
  }

  test.each([
    ['all is there', 'abcd', 'abcd'],
    ['the end is missing', 'abcd', 'ab'],
    ['the end is missing, with the second copies of a burst', 'abcdabcd', 'abc'],
    ['the end is missing, amid the second copies', 'abcdabcdef', 'abcdab'],
  ])('%s: nothing to say', (_, sent, kept) => {
    expect(complaints(sent, kept)).toEqual([])
  })

  test.each([
    ['a tweet', 'abcde', 'abde'],
    ['a tweet before a burst', 'abcdabcdef', 'abdabdef'],
    ['a tweet between both copies of others, of which both are there', 'abcdabef', 'abdabef'],
    ['what only second copies come after', 'abxab', 'abab'],
  ])('%s is missing from the middle: it is said', (_, sent, kept) => {
    expect(complaints(sent, kept)).toHaveLength(1)
  })
})

describe('minutes are sealed early at the end of a life alone', () => {
  const started = { at: at(0), event: 'started' }
  const stopped = { at: at(596_000), event: 'stopped' }
  const sealed = (ms: number) => ({ at: at(ms), event: 'sealed', name: 'sampled_stream_2026-11-20_12-09.jsonl' })
  const connected = { at: at(599_000), event: 'connected' }
  const noJournal = { diskFailures: [{ what: 'ENOSPC create', path: '/spool/journal/2026-11-20.jsonl' }] }
  const noMinute = { diskFailures: [{ what: 'ENOSPC create', path: '/spool/2026-11-20/12/x.jsonl.part' }] }
  const complaints = (facts: Partial<Life>, journal: SpoolContent['journal']) =>
    filedWell(caseOf(life({ ended: 'stopped', ...facts }), { journal })).filter((text) => text.includes('late window'))

  test.each([
    ['after stopped', {}, [started, stopped, sealed(597_000)]],
    ['after it was asked to stop, where the disk took no stopped', noJournal, [started, sealed(597_000)]],
    [
      'when it gives up, where the disk took no stopped',
      { ...noJournal, ended: 'by itself' },
      [started, sealed(590_000)],
    ],
  ] as const)('%s: nothing to say', (_, facts, journal) => {
    expect(complaints(facts as Partial<Life>, journal)).toEqual([])
  })

  test.each([
    ['without stopped', {}, [started, sealed(597_000)]],
    ['without stopped, though the disk failed something else', noMinute, [started, sealed(597_000)]],
    ['before it was asked to stop, on a disk that failed the journal', noJournal, [started, sealed(590_000)]],
    [
      'and it goes on, on a disk that failed the journal',
      { ...noJournal, ended: 'by itself' },
      [started, sealed(597_000), connected],
    ],
  ] as const)('%s: it is said', (_, facts, journal) => {
    expect(complaints(facts as Partial<Life>, journal)).toHaveLength(1)
  })
})

describe('a reconnect asks for as much backfill as the gap needs', () => {
  const MINUTE = 60_000
  const connect = (number: number, ms: number, minutes: number) => ({
    connect: { number, fromMs: FROM + ms, query: minutes > 0 ? `backfill_minutes=${minutes}` : '' },
    tweets: [],
  })
  const evidence = (minutes: number) =>
    ({
      plan: { seed: 1, rate: 1, speed: 1, backfillMinutes: 5 },
      fired: [],
      lagAround: () => 0,
      sent: { connects: [connect(1, 0, 0), connect(2, 4 * MINUTE, minutes)] },
    }) as unknown as Evidence
  const complaints = (lastSecond: number, firstConnected: number, minutes: number) => {
    const of = evidence(minutes)
    const [id = ''] = [...departures(of)].find(([, second]) => second >= lastSecond) ?? []
    const line = { id, hash: '', retrievedMs: FROM + 1000, url: '', file: '' }
    const journal = [{ at: at(firstConnected), event: 'connected' }]
    const nothing = { files: [], strangers: [], rejected: [], broken: [] }
    return backfillFits(new Case(of, { ...nothing, lines: [line], journal }))
  }
  const twoMinutesAgo = FROM / 1000 + 120
  const fiveMinutesBefore = FROM / 1000 - 60

  test.each([
    ['back to the last tweet', twoMinutesAgo, 0, 3],
    ['back to the first connection, where a backfill brought only what is older', fiveMinutesBefore, MINUTE, 4],
  ])('%s: nothing to say', (_, last, first, minutes) => {
    expect(complaints(last, first, minutes)).toEqual([])
  })

  test.each([
    ['not back to the last tweet', twoMinutesAgo, 0, 1],
    ['not back to the first connection', fiveMinutesBefore, MINUTE, 2],
  ])('%s: it is said', (_, last, first, minutes) => {
    expect(complaints(last, first, minutes)).toHaveLength(1)
  })
})
