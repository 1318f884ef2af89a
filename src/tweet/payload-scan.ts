import { isSame } from './bytes.js'
import { AUTHOR } from './columns.js'
import { ELSEWHERE, JsonScan, UNSURE, type Place } from './json-scan.js'
import {
  FIRST_OF_REFERENCE,
  FIRST_OF_USER,
  members,
  OWN_AUTHOR,
  placeOf,
  REFERENCE,
  SLOTS,
  slotOf,
  type Member,
  type Slot,
} from './payload-members.js'

const OPEN_BRACE = 0x7b
/** A tweet refers to two others at most, as far as anybody has seen. */
const MOST_REFERENCES = 4

/** The places in which more is done than noting where a member stands. */
const [USER, REFERENCES] = [placeOf(AUTHOR), placeOf(REFERENCE)]
const [DATA, ID, AUTHOR_ID] = [slotOf('data'), slotOf('data.id'), slotOf('data.author_id')]
const [FLAT_AUTHOR, USER_ID] = [slotOf(OWN_AUTHOR), slotOf(`${AUTHOR}.id`)]

/** Where the author's members are, after a user's. */
const OF_AUTHOR = SLOTS - FIRST_OF_USER
/** Where the first reference's are. */
const FIRST_REFERENCE = SLOTS + OF_AUTHOR
const REFERENCE_SLOTS = FIRST_OF_USER - FIRST_OF_REFERENCE

/**
 * Finds in a payload, as X wrote it and twarc's member after it, the members that the columns are made from, without
 * making values of them: what `JSON.parse` and `readPayload` would find. To be used for one line after the other.
 */
export class PayloadScan extends JsonScan {
  readonly #starts = new Int32Array(FIRST_REFERENCE + MOST_REFERENCES * REFERENCE_SLOTS)
  readonly #ends = new Int32Array(FIRST_REFERENCE + MOST_REFERENCES * REFERENCE_SLOTS)
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
    return this.isObject(line) && line[this.start(DATA)] === OPEN_BRACE && this.isId(this.start(ID), this.end(ID))
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
    return slot + OF_AUTHOR
  }

  /** How many tweets this one refers to. */
  protected get references(): number {
    return this.#references
  }

  /** The slot of the nth reference's member. */
  protected ofReference(index: number, slot: Slot): number {
    return slot - FIRST_OF_REFERENCE + FIRST_REFERENCE + index * REFERENCE_SLOTS
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
    if (this.#starts[slot] !== 0 || slot === FLAT_AUTHOR) return UNSURE
    this.#starts[slot] = value
    return (this.#ends[slot] = this.valueEnd(value, levels, inside, elements))
  }

  protected override elementEnd(at: number, place: Place, levels: number): number {
    if (place === USER) return this.#userEnd(at, levels)
    if (place === REFERENCES) return this.#referenceEnd(at, levels)
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
    if (this.start(DATA) === 0) return UNSURE
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
    const [own, other] = [this.start(AUTHOR_ID), this.start(USER_ID)]
    if (own === 0 || other === 0) return false
    const [ownEnd, otherEnd] = [this.end(AUTHOR_ID), this.end(USER_ID)]
    if (!this.isId(own, ownEnd) || !this.isId(other, otherEnd)) return undefined
    return ownEnd - own === otherEnd - other && isSame(this.line, own, this.line, other, ownEnd - own)
  }

  #referenceEnd(at: number, levels: number): number {
    if (this.#references === MOST_REFERENCES) return UNSURE
    this.#starts.fill(0, FIRST_OF_REFERENCE, FIRST_OF_USER)
    const end = this.valueEnd(at, levels, REFERENCES)
    const into = this.ofReference(this.#references, FIRST_OF_REFERENCE)
    this.#starts.copyWithin(into, FIRST_OF_REFERENCE, FIRST_OF_USER)
    this.#ends.copyWithin(into, FIRST_OF_REFERENCE, FIRST_OF_USER)
    this.#references += 1
    return end
  }
}
