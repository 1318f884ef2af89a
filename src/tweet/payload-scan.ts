import { isSame } from './bytes.js'
import { ELSEWHERE, JsonScan, ROOT, UNSURE, type Place } from './json-scan.js'

const OPEN_BRACE = 0x7b
/** A tweet refers to two others at most, as far as anybody has seen. */
const MOST_REFERENCES = 4

const [DATA, NOTE_TWEET, NOTE_POST, REFERENCE, INCLUDES, USER, METRICS, TWARC] = [2, 3, 4, 5, 6, 7, 8, 9]

/** The members of a line of which something is needed. A user's stand together, for they are taken over together. */
export const slots = {
  data: 0,
  includes: 1,
  twarc: 2,
  retrieved_at: 3,
  users: 4,
  id: 5,
  conversation_id: 6,
  author_id: 7,
  created_at: 8,
  source: 9,
  lang: 10,
  text: 11,
  note_tweet: 12,
  note_tweet_text: 13,
  note_post: 14,
  note_post_text: 15,
  referenced_tweets: 16,
  /** Of a flat tweet, as no payload has it. */
  own_author: 17,
  reference_type: 18,
  reference_id: 19,
  user_id: 20,
  user_created_at: 21,
  user_location: 22,
  user_name: 23,
  user_username: 24,
  user_verified: 25,
  user_protected: 26,
  user_metrics: 27,
  user_followers: 28,
  user_following: 29,
  user_tweets: 30,
  user_listed: 31,
} as const
export type Slot = (typeof slots)[keyof typeof slots]

const FIRST_OF_REFERENCE = slots.reference_type
const FIRST_OF_USER = slots.user_id
const SLOTS = slots.user_listed + 1
/** Where the author's members are, after a user's. */
const AUTHOR = SLOTS - FIRST_OF_USER
/** Where the first reference's are. */
const REFERENCES = SLOTS + AUTHOR
const OF_REFERENCE = FIRST_OF_USER - FIRST_OF_REFERENCE

interface Member {
  readonly name: Buffer
  readonly slot: Slot
  readonly inside: Place
  readonly elements: Place
}

type Described = readonly [name: string, slot: Slot, inside?: Place, elements?: Place]

/** By place and by length of the name. What X names in two ways (see `payload.ts`) has one slot: with both there it is unsure. */
const members: readonly (readonly (readonly Member[])[])[] = byPlace({
  [ROOT]: [
    ['data', slots.data, DATA],
    ['includes', slots.includes, INCLUDES],
    ['__twarc', slots.twarc, TWARC],
  ],
  [DATA]: [
    ['id', slots.id],
    ['conversation_id', slots.conversation_id],
    ['author_id', slots.author_id],
    ['created_at', slots.created_at],
    ['source', slots.source],
    ['lang', slots.lang],
    ['text', slots.text],
    ['note_tweet', slots.note_tweet, NOTE_TWEET],
    ['note_post', slots.note_post, NOTE_POST],
    ['referenced_tweets', slots.referenced_tweets, ELSEWHERE, REFERENCE],
    ['referenced_posts', slots.referenced_tweets, ELSEWHERE, REFERENCE],
    ['author', slots.own_author],
  ],
  [NOTE_TWEET]: [['text', slots.note_tweet_text]],
  [NOTE_POST]: [['text', slots.note_post_text]],
  [REFERENCE]: [
    ['type', slots.reference_type],
    ['id', slots.reference_id],
  ],
  [INCLUDES]: [['users', slots.users, ELSEWHERE, USER]],
  [USER]: [
    ['id', slots.user_id],
    ['created_at', slots.user_created_at],
    ['location', slots.user_location],
    ['name', slots.user_name],
    ['username', slots.user_username],
    ['verified', slots.user_verified],
    ['protected', slots.user_protected],
    ['public_metrics', slots.user_metrics, METRICS],
  ],
  [METRICS]: [
    ['followers_count', slots.user_followers],
    ['following_count', slots.user_following],
    ['tweet_count', slots.user_tweets],
    ['post_count', slots.user_tweets],
    ['listed_count', slots.user_listed],
  ],
  [TWARC]: [['retrieved_at', slots.retrieved_at]],
})

function byPlace(places: Readonly<Record<Place, readonly Described[]>>): Member[][][] {
  const table: Member[][][] = []
  for (const [place, described] of Object.entries(places)) {
    const byLength: Member[][] = (table[Number(place)] = [])
    for (const [name, slot, inside = ELSEWHERE, elements = ELSEWHERE] of described)
      (byLength[name.length] ??= []).push({ name: Buffer.from(name), slot, inside, elements })
  }
  return table
}

/**
 * Finds in a payload, as X wrote it and twarc's member after it, the members that the columns are made from, without
 * making values of them: what `JSON.parse` and `readPayload` would find. To be used for one line after the other.
 */
export class PayloadScan extends JsonScan {
  readonly #starts = new Int32Array(REFERENCES + MOST_REFERENCES * OF_REFERENCE)
  readonly #ends = new Int32Array(REFERENCES + MOST_REFERENCES * OF_REFERENCE)
  #references = 0
  #hasAuthor = false

  /**
   * Look through a line; false where that is not to be sure of anything: where it is no JSON, no payload, its tweet has
   * no usable ID, or it is written in another way than X does. All below tell of the line that was looked through last.
   */
  find(line: Buffer): boolean {
    this.#starts.fill(0)
    this.#references = 0
    this.#hasAuthor = false
    return (
      this.isObject(line) &&
      line[this.start(slots.data)] === OPEN_BRACE &&
      this.isId(this.start(slots.id), this.end(slots.id))
    )
  }

  /** Where a member's value begins; 0 where there is none. */
  protected start(slot: number): number {
    return this.#starts[slot] ?? 0
  }

  protected end(slot: number): number {
    return this.#ends[slot] ?? 0
  }

  /** The slot of the author's member for a user's. */
  protected ofAuthor(slot: Slot): number {
    return slot + AUTHOR
  }

  /** How many tweets this one refers to. */
  protected get references(): number {
    return this.#references
  }

  /** The slot of the nth reference's member. */
  protected ofReference(index: number, slot: Slot): number {
    return slot - FIRST_OF_REFERENCE + REFERENCES + index * OF_REFERENCE
  }

  /** Whether the author's data came with the tweet. */
  protected get hasAuthor(): boolean {
    return this.#hasAuthor
  }

  protected memberEnd(name: number, nameEnd: number, place: Place, levels: number): number {
    const value = nameEnd + 2
    const member = place === ELSEWHERE ? undefined : this.#member(name, nameEnd, place)
    if (!member) return this.valueEnd(value, levels)
    const { slot, inside, elements } = member
    if (this.#starts[slot] !== 0 || slot === slots.own_author) return UNSURE
    this.#starts[slot] = value
    return (this.#ends[slot] = this.valueEnd(value, levels, inside, elements))
  }

  protected override elementEnd(at: number, place: Place, levels: number): number {
    if (place === USER) return this.#userEnd(at, levels)
    if (place === REFERENCE) return this.#referenceEnd(at, levels)
    return super.elementEnd(at, place, levels)
  }

  #member(name: number, nameEnd: number, place: Place): Member | undefined {
    const named = members[place]?.[nameEnd - name]
    if (!named) return undefined
    for (let index = 0; index < named.length; index += 1) {
      const member = named[index]
      if (member && this.isWord(member.name, name, nameEnd)) return member
    }
    return undefined
  }

  /** Of several with the author's ID the last one counts. */
  #userEnd(at: number, levels: number): number {
    // Who they are compared with must be known.
    if (this.start(slots.data) === 0) return UNSURE
    this.#starts.fill(0, FIRST_OF_USER, SLOTS)
    const end = this.valueEnd(at, levels, USER)
    const isAuthor = this.#isAuthor()
    if (isAuthor === undefined) return UNSURE
    if (isAuthor) {
      this.#hasAuthor = true
      this.#starts.copyWithin(SLOTS, FIRST_OF_USER, SLOTS)
      this.#ends.copyWithin(SLOTS, FIRST_OF_USER, SLOTS)
    }
    return end
  }

  /** `undefined` where an ID is none. */
  #isAuthor(): boolean | undefined {
    const [own, other] = [this.start(slots.author_id), this.start(slots.user_id)]
    if (own === 0 || other === 0) return false
    const [ownEnd, otherEnd] = [this.end(slots.author_id), this.end(slots.user_id)]
    if (!this.isId(own, ownEnd) || !this.isId(other, otherEnd)) return undefined
    return ownEnd - own === otherEnd - other && isSame(this.line, own, this.line, other, ownEnd - own)
  }

  #referenceEnd(at: number, levels: number): number {
    if (this.#references === MOST_REFERENCES) return UNSURE
    this.#starts.fill(0, FIRST_OF_REFERENCE, FIRST_OF_USER)
    const end = this.valueEnd(at, levels, REFERENCE)
    const into = this.ofReference(this.#references, FIRST_OF_REFERENCE)
    this.#starts.copyWithin(into, FIRST_OF_REFERENCE, FIRST_OF_USER)
    this.#ends.copyWithin(into, FIRST_OF_REFERENCE, FIRST_OF_USER)
    this.#references += 1
    return end
  }
}
