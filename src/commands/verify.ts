import { ExitCode, OperatorError } from '../operator-error.js'
import type { Settings } from '../settings/settings.js'
import { DAY_MS } from '../utc.js'
import type { Book } from '../vault/book.js'
import { dayFlag } from './day-flag.js'
import { refuseFoldersOfOthers } from './own-folders.js'
import { progressBar } from './progress-bar.js'
import { retryOption } from './retry.js'
import { osfToken } from './secrets.js'
import { verbSettings } from './verb-settings.js'
import type { CommonFlags, Verb, VerbWorld } from './verb.js'
import { wholeNumber } from './whole-number.js'

interface Flags extends CommonFlags {
  readonly day?: string
  readonly month?: string
  readonly recent?: string
  readonly sample?: string
  readonly seed?: string
  readonly remote?: boolean
  readonly mend?: boolean
}

const MOST_SEED = 999_999
const MOST_DAYS = 36_500

export const verify: Verb<Flags> = {
  name: 'verify',
  summary: 'check the archive against its books, its receipts and OSF; one line a finding',
  options: [
    ['--day <YYYY-MM-DD>', 'only this UTC day'],
    ['--month <YYYY-MM>', 'only this month'],
    ['--recent <days>', 'read the files of the hours of so many days; of older ones only what --sample says'],
    ['--sample <percent>', 'read the files of so many percent of the hours (5%); all else is checked of every hour'],
    ['--seed <number>', 'which hours the sample has, to look at the same ones again'],
    ['--remote', 'compare with what OSF has, too, where [osf] is enabled'],
    ['--mend', 'write damaged files and books anew from what can be read, and have server 2 send the rest again'],
    retryOption,
  ],
  exitCodes: {
    0: 'nothing was found',
    1: 'something was found, whether it was mended or not',
    2: 'wrong usage or settings',
    75: 'something was found, and process-hour was at work all the time; or it was stopped',
  },
  unattended: { byHand: ({ day, month }) => day !== undefined || month !== undefined },
  async run(flags, world) {
    const { describeVerified, verifyExitCode } = await import('../verify/verified.js')
    const { verify: check } = await import('../verify/verify.js')
    const { beginningFor } = await import('../hour/beginning.js')
    const { hourContext } = await import('../hour/hour-context.js')
    const { rejudgedBook } = await import('../hour/listening/rejudged-book.js')
    const settings = await verbSettings(flags, world)
    if (flags.mend) refuseFoldersOfOthers(settings, world)
    const progress = progressBar(world.stderr, world.clock)
    const scope = {
      day: dayFlag(flags.day),
      month: monthFlag(flags.month),
      recentFrom: recentFlag(flags.recent, world.clock.now()),
      samplePercent: percentFlag(flags.sample) ?? (flags.recent === undefined ? 100 : 0),
      seed: seedFlag(flags.seed, world.random),
    }
    const token = flags.remote ? await remoteToken(settings, world) : undefined
    const first = await beginningFor(settings, world.clock.now())
    const rejudge = (book: Book) => rejudgedBook(book, hourContext(settings, world))
    const options = { scope, beginning: first, osfToken: token, mends: flags.mend, rejudge }
    const verified = await check({ ...world, settings, progress }, options)
    progress.end()
    world.stdout.write(flags.json ? `${JSON.stringify(verified)}\n` : describeVerified(verified))
    return { exitCode: verifyExitCode(verified), words: describeVerified(verified) }
  },
}

/** `undefined` where nothing is published: the weekly run is the same on every server. */
async function remoteToken(settings: Settings, { env, log }: VerbWorld): Promise<string | undefined> {
  if (settings.osf) return osfToken(settings, env)
  log.info(`--remote compares nothing: [osf] enabled is false in ${settings.file}`)
  return undefined
}

function monthFlag(text: string | undefined): string | undefined {
  if (text === undefined || /^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return text
  throw new OperatorError(`--month is "${text}": it wants a month like 2026-11`, { exitCode: ExitCode.usage })
}

const recentFlag = (text: string | undefined, nowMs: number): number | undefined =>
  text === undefined ? undefined : nowMs - wholeNumber('--recent', text, 1, MOST_DAYS) * DAY_MS

const percentFlag = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : wholeNumber('--sample', text.replace(/%$/, ''), 1, 100)

const seedFlag = (text: string | undefined, random: () => number): number =>
  text === undefined ? Math.floor(random() * MOST_SEED) : wholeNumber('--seed', text, 0, MOST_SEED)
