/** Chance as a function: the same numbers in give the same number out, on every machine and in every order. */

const FRACTION = 2 ** -32

/** A 32-bit number (0 to 2^32-1) that looks random, made of a key and a whole number. Chain it to mix in more. */
export function mix(key: number, value: number): number {
  let bits = key ^ Math.imul(value ^ 0x5bd1e995, 0x9e3779b1)
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}

/** From 0 up to, not including, 1. `draw` says what is drawn, so that one key serves many independent draws. */
export const fraction = (key: number, draw: number): number => mix(key, draw) * FRACTION

/** A whole number from 0 up to, not including, `below`. */
export const whole = (key: number, draw: number, below: number): number => Math.floor(fraction(key, draw) * below)

/** One of a list that is not empty. */
export const pick = <Item>(list: readonly Item[], key: number, draw: number): Item =>
  list[whole(key, draw, list.length)] as Item

/** True for this share (0 to 1) of all keys. */
export const happens = (share: number, key: number, draw: number): boolean => fraction(key, draw) < share

/**
 * A rank from 0 up to, not including, `count`; low ranks come up often and high ones seldom, like 1/(rank + head)
 * (Zipf-Mandelbrot). The larger the head, the less the first few stand out.
 */
export function skewedRank(count: number, head: number, key: number, draw: number): number {
  return Math.floor(head * ((count / head + 1) ** fraction(key, draw) - 1))
}
