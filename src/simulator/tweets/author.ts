import { fraction, happens, mix, pick, skewedRank, whole } from '../seeded.js'
import { Draw } from './draws.js'
import { languageOf } from './wording.js'
import { emoji } from './languages.js'
import { snowflake } from './snowflake.js'

/** So many people write; a few of them much more than the others. */
const AUTHORS = 50_000
const HEAD = 60
const OLDEST_MS = Date.UTC(2007, 0)
const FIRST_LONG_ID_MS = Date.UTC(2016, 0)
const NEWEST_MS = Date.UTC(2026, 0)

/** One who writes: everything that does not change. */
export interface Author {
  readonly key: number
  readonly id: string
  readonly username: string
  readonly name: string
  /** `undefined` where none is given. */
  readonly location: string | undefined
  readonly createdMs: number
  readonly verified: boolean
}

const STEMS = [
  'ada',
  'grace',
  'jose',
  'news',
  'kitty',
  'xx_dark',
  'daily',
  'real',
  'Miku',
  'bot',
  'the',
  'M',
  'lucia',
  'a',
]
const NAMES = [
  'Ada Example',
  'Smith, "Bob"',
  'José Ñandú',
  '田中さくら',
  'أحمد',
  'Иван Петров',
  '김민지',
  'สมชาย',
  'ℬ𝓁𝒶𝒸𝓀 ℛℴ𝓈ℯ',
  'Weather\tBot',
  'D’Arcy & Sons',
  'daily, news',
  'M.',
]
const LOCATIONS = [
  'Graz',
  'Here,\nthere',
  'São Paulo, Brasil',
  '東京 日本',
  'الرياض',
  'your "mom\'s" house',
  'NYC\t/\tLA',
  'Київ',
  'she/her',
  '🌍 Earth',
  '47.07,15.43',
  'Москва; Россия',
]

/** Everyone who writes, by a seed. The same rank is always the same author. */
export class Authors {
  readonly seed: number
  readonly #known = new Map<number, Author>()

  constructor(seed: number) {
    this.seed = seed
  }

  /** Who has written what this key stands for; some of them often. */
  drawnBy(key: number, draw: number = Draw.author): Author {
    return this.#ranked(skewedRank(AUTHORS, HEAD, key, draw))
  }

  /** The author with this name, `undefined` where it is nobody's. */
  named(username: string): Author | undefined {
    const rank = parseInt(username.slice(username.lastIndexOf('_') + 1), 36)
    const author = rank < AUTHORS ? this.#ranked(rank) : undefined
    return author?.username === username ? author : undefined
  }

  #ranked(rank: number): Author {
    const known = this.#known.get(rank) ?? makeAuthor(mix(mix(this.seed, Draw.author), rank), rank)
    this.#known.set(rank, known)
    return known
  }
}

function makeAuthor(key: number, rank: number): Author {
  const createdMs = OLDEST_MS + Math.floor(fraction(key, Draw.created) * (NEWEST_MS - OLDEST_MS))
  return {
    key,
    id:
      createdMs < FIRST_LONG_ID_MS
        ? String(rank * 60_000 + whole(key, Draw.userId, 60_000))
        : snowflake(createdMs, rank),
    username: `${pick(STEMS, key, Draw.username)}_${rank.toString(36)}`,
    name: nameOf(key),
    location: happens(0.4, key, Draw.location) ? undefined : pick(LOCATIONS, key, Draw.location + 1000),
    createdMs,
    verified: happens(0.04, key, Draw.verified),
  }
}

function nameOf(key: number): string {
  const name = pick(NAMES, key, Draw.name)
  return happens(0.2, key, Draw.emoji) ? `${name} ${pick(emoji, key, Draw.wording)}` : name
}

/** A line in which an author says who they are. */
export function descriptionOf({ key }: Author): string {
  return pick(languageOf(key).phrases, key, Draw.description)
}
