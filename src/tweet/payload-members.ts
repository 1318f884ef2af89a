import { AUTHOR, columns, NEWER_NAMES } from './columns.js'
import { ELSEWHERE, ROOT, type Place } from './json-scan.js'

/** Where the scan notes a member's value; 0 and up. */
export type Slot = number

/** A member that the scan looks for. */
export interface Member {
  readonly name: Buffer
  readonly slot: Slot
  /** The place of its own members, where it is an object. */
  readonly inside: Place
  /** The place of its elements' members, where it is a list. */
  readonly elements: Place
}

export const REFERENCE = 'data.referenced_tweets[]'
/** Of a flat tweet, as no payload has it. */
export const OWN_AUTHOR = 'data.author'

/** Needed beside what cells are made from: to find the tweet, its author, and what was spliced in. */
const STRUCTURE = ['data.id', 'data.author_id', OWN_AUTHOR, `${AUTHOR}.id`, `${REFERENCE}.type`, `${REFERENCE}.id`]

/** All paths, each after those that lead to it. Those of a reference stand together at the end but for an author's. */
const paths: readonly string[] = inGroups(
  new Set([...STRUCTURE, ...columns.flatMap(({ from }) => from)].flatMap((path) => leadingTo(path))),
)

function inGroups(all: ReadonlySet<string>): string[] {
  const group = (path: string) => (path.startsWith(`${AUTHOR}.`) ? 2 : path.startsWith(`${REFERENCE}.`) ? 1 : 0)
  return [0, 1, 2].flatMap((wanted) => [...all].filter((path) => group(path) === wanted))
}

/** `a.b[].c`: `a`, `a.b`, `a.b[].c` */
function leadingTo(path: string): string[] {
  const names = path.split('.')
  return names.map((_, index) =>
    names
      .slice(0, index + 1)
      .join('.')
      .replace(/\[\]$/, ''),
  )
}

/** @throws Error where no column and nothing else asks for it */
export function slotOf(path: string): Slot {
  const slot = paths.indexOf(path)
  if (slot < 0) throw new Error(`${path} is not looked for`)
  return slot
}

/** Slots from here up to the author's are a reference's; from there up to `SLOTS` a user's. */
export const FIRST_OF_REFERENCE: Slot = paths.findIndex((path) => path.startsWith(`${REFERENCE}.`))
export const FIRST_OF_USER: Slot = paths.findIndex((path) => path.startsWith(`${AUTHOR}.`))
export const SLOTS = paths.length

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('.')))

/** Every object in which a member is looked for. */
const objects = [...new Set(paths.map(parentOf))].filter((path) => path !== '')

/** The number of the place within the object at `path`, or within each element at `path[]`. */
export function placeOf(path: string): Place {
  const index = objects.indexOf(path)
  return index < 0 ? ELSEWHERE : ELSEWHERE + 1 + index
}

/** By place and by length of the name. A member's two names have one slot: a payload with both is not sure. */
export const members: readonly (readonly (readonly Member[])[])[] = byPlace()

function byPlace(): Member[][][] {
  const table: Member[][][] = []
  for (const [slot, path] of paths.entries()) {
    const parent = parentOf(path)
    const byLength = (table[parent === '' ? ROOT : placeOf(parent)] ??= [])
    const name = path.slice(parent === '' ? 0 : parent.length + 1)
    for (const each of [name, NEWER_NAMES[name] ?? name].filter((each, index, all) => all.indexOf(each) === index))
      (byLength[each.length] ??= []).push({
        name: Buffer.from(each),
        slot,
        inside: placeOf(path),
        elements: placeOf(`${path}[]`),
      })
  }
  return table
}
