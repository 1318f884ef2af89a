import { mix, skewedRank } from '../../src/simulator/seeded.js'

/** Every word has so many forms, a few of them much more frequent than the others. */
const FORMS = 30_000
const FREQUENT = 60

/** Links, names and tags are left as they are. */
const WORD = /(?<![\p{L}\p{M}\p{N}_@#/.:])[\p{Ll}\p{Lo}]+(?!\p{L}|:\/\/)/gu

/**
 * A text of the same length in the same script, with as many different words as people use: it compresses about as well
 * as real tweets do. The same text and key give the same.
 */
export function reword(text: string, key: number): string {
  return text.replace(WORD, (word, at: number) => formOf(word, skewedRank(FORMS, FREQUENT, key, at)))
}

/** A word's form with this rank: every letter is moved within its alphabet. */
const formOf = (word: string, rank: number): string =>
  Array.from(word, (letter, at) => (letter.length === 1 ? moved(letter, mix(rank, at)) : letter)).join('')

const LOWER_A = 0x61
const LETTERS = 26

function moved(letter: string, by: number): string {
  const code = letter.charCodeAt(0)
  const moved =
    code < 0x80 ? LOWER_A + ((code - LOWER_A + by) % LETTERS) : (code & ~SHARED_BITS) | ((code + by) & SHARED_BITS)
  return String.fromCharCode(moved)
}

/** Letters that differ in these bits alone belong to one alphabet, more or less. */
const SHARED_BITS = 0xf
