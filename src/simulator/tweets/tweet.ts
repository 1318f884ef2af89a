import { fraction, happens, mix, whole } from '../seeded.js'
import type { Author, Authors } from './author.js'
import { Draw } from './draws.js'
import type { Language } from './languages.js'
import type { Moment } from './moment.js'
import { neverOdd, type Oddities, type OddTimes } from './oddities.js'
import { snowflake } from './snowflake.js'
import { cut, languageOf, phraseCount, shortLink, wording } from './wording.js'

const HOUR_MS = 3_600_000
const HALF_A_PAIR = '\ud83d'
/** So many tweets are the talk of an hour: retweeted and quoted, and again. */
const POPULAR = 3000
const POPULAR_AGE_MS = 36 * HOUR_MS
const LONG_SHARE = 0.015
const NULLS_SHARE = 0.003
const SURROGATE_SHARE = 0.002

export type ReferenceType = 'retweeted' | 'quoted' | 'replied_to'

export interface Reference {
  readonly type: ReferenceType
  readonly tweet: Tweet
}

/**
 * A tweet, as a pure function of the seed, its ID and the oddities of its time, whether the stream brings it or another one
 * refers to it. What it says is made when asked for.
 */
export class Tweet {
  readonly id: string
  /** When it was made, in ms since 1970. */
  readonly ms: number
  /** Of what is drawn for it. */
  readonly key: number
  readonly author: Author
  readonly #authors: Authors
  readonly #sampled: boolean
  readonly #oddTimes: OddTimes
  readonly #oddities: Oddities
  #language: Language | undefined
  #fullText: string | undefined
  #references: readonly Reference[] | undefined

  constructor(authors: Authors, { ms, low }: Moment, oddTimes: OddTimes = neverOdd) {
    this.id = snowflake(ms, low)
    this.ms = ms
    this.key = mix(mix(mix(authors.seed, Math.floor(ms / 1000)), ms % 1000), low)
    this.author = authors.drawnBy(this.key)
    this.#authors = authors
    this.#sampled = low % 2 === 0
    this.#oddTimes = oddTimes
    this.#oddities = oddTimes.at(ms)
  }

  /** What it retweets, or what it quotes and replies to, in that order. What is referred to never is a retweet. */
  get references(): readonly Reference[] {
    return (this.#references ??= this.#refer())
  }

  /** The tweet that it retweets. */
  get retweeted(): Tweet | undefined {
    return this.#referenced('retweeted')
  }

  /** The tweet that it answers. */
  get repliedTo(): Tweet | undefined {
    return this.#referenced('replied_to')
  }

  get language(): Language {
    return (this.#language ??= this.retweeted?.language ?? languageOf(this.key))
  }

  /** A long post, of which `text` is only the beginning. */
  get isLong(): boolean {
    return !this.retweeted && !this.isWithheld && happens(LONG_SHARE, this.key, Draw.long)
  }

  get isWithheld(): boolean {
    return happens(0.001, this.key, Draw.withheld)
  }

  /** A second version of an earlier tweet. */
  get isEdited(): boolean {
    return this.#sampled && !this.retweeted && happens(0.004, this.key, Draw.edited)
  }

  /** Members of its payload are null that others have. */
  get hasNulls(): boolean {
    return this.#oddities.has('nulls') && this.#sampled && happens(NULLS_SHARE, this.key, Draw.nulls)
  }

  /** Its words end in half a surrogate pair. */
  get hasLoneSurrogate(): boolean {
    return this.#oddities.has('lone-surrogates') && happens(SURROGATE_SHARE, this.key, Draw.surrogate)
  }

  /** Its place lies within an empty list of others. */
  get hasEmptyList(): boolean {
    return this.#oddities.has('empty-contained-within')
  }

  /** All that it says, however long. */
  get fullText(): string {
    return (this.#fullText ??= this.#write())
  }

  /** What its text is in a payload: of a retweet or a long post, the beginning. */
  get text(): string {
    if (this.retweeted) return cut(this.fullText, 140)
    return this.isLong ? `${cut(this.fullText, 270)} ${shortLink(this.key)}` : cut(this.fullText, 280)
  }

  /** The earlier version of an edited tweet. */
  get earlierId(): string {
    return snowflake(this.ms - 1000 * (60 + whole(this.key, Draw.edited, 1500)), (this.key & 0x3ffffe) | 1)
  }

  /** Those whose names its text has. */
  get mentioned(): readonly Author[] {
    const names = this.text.matchAll(/@(\w+)/g)
    return [...names].flatMap(([, name = '']) => this.#authors.named(name) ?? [])
  }

  #referenced(type: ReferenceType): Tweet | undefined {
    return this.references.find((reference) => reference.type === type)?.tweet
  }

  #refer(): Reference[] {
    const chance = fraction(this.key, Draw.kind)
    if (this.#sampled && chance > 0.55) return [{ type: 'retweeted', tweet: this.#popular() }]
    const quoted = { type: 'quoted', tweet: this.#popular() } as const
    if (chance < 0.015) return [quoted, { type: 'replied_to', tweet: this.#earlier() }]
    if (chance < 0.08) return [quoted]
    return chance < 0.28 ? [{ type: 'replied_to', tweet: this.#earlier() }] : []
  }

  /** One of those that are the talk of the hour; the more popular, the more likely. */
  #popular(): Tweet {
    const hour = Math.floor(this.ms / HOUR_MS)
    const rank = Math.floor(POPULAR ** fraction(this.key, Draw.reference))
    const key = mix(mix(this.#authors.seed, hour), rank)
    const ms = hour * HOUR_MS - 1 - whole(key, Draw.reference, POPULAR_AGE_MS)
    return new Tweet(this.#authors, { ms, low: (key & 0x3ffffe) | 1 }, this.#oddTimes)
  }

  #earlier(): Tweet {
    const ms = this.ms - 1000 - Math.floor(fraction(this.key, Draw.reference) ** 4 * POPULAR_AGE_MS)
    return new Tweet(this.#authors, { ms, low: (this.key & 0x3ffffe) | 1 }, this.#oddTimes)
  }

  #write(): string {
    const { key, language } = this
    if (this.isWithheld)
      return `@${this.author.username}'s account has been withheld in India in response to a legal demand. Learn more.`
    if (this.retweeted) return `RT @${this.retweeted.author.username}: ${this.retweeted.fullText}`
    const to = this.repliedTo ? `@${this.repliedTo.author.username} ` : ''
    const also = happens(0.08, key, Draw.mention) ? `@${this.#authors.drawnBy(key, Draw.mention).username} ` : ''
    const phrases = this.isLong ? 20 + whole(key, Draw.length, 60) : phraseCount(key)
    return `${to}${also}${wording(language, key, phrases)}${this.hasLoneSurrogate ? HALF_A_PAIR : ''}`
  }
}
