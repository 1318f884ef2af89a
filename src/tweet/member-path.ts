import { AUTHOR, NEWER_NAMES, type Column } from './columns.js'
import { asObject, type Payload } from './payload.js'

/** Where a value stands in a payload that was read. */
export interface MemberPath {
  readonly within: 'tweet' | 'author' | 'twarc'
  readonly names: readonly string[]
}

const roots: readonly (readonly [start: string, within: MemberPath['within']])[] = [
  [`${AUTHOR}.`, 'author'],
  ['data.', 'tweet'],
  ['__twarc.', 'twarc'],
]

/** The places where a column's value may stand, by preference: each of its members, by its older name and then by its newer one. */
export const memberPaths = ({ from }: Pick<Column, 'from'>): MemberPath[] => from.flatMap(pathsOf)

function pathsOf(path: string): MemberPath[] {
  const root = roots.find(([start]) => path.startsWith(start))
  if (!root) throw new Error(`${path} is in no part of a payload that is read`)
  const [start, within] = root
  return named(path.slice(start.length).split('.')).map((names) => ({ within, names }))
}

/** All ways to name a path, the one with older names first. */
function named([name = '', ...others]: readonly string[]): string[][] {
  const newer = NEWER_NAMES[name]
  const rests = others.length === 0 ? [[]] : named(others)
  return [name, ...(newer === undefined ? [] : [newer])].flatMap((each) => rests.map((rest) => [each, ...rest]))
}

/** The value there; `undefined` where there is none. */
export function valueAt(payload: Payload, { within, names }: MemberPath): unknown {
  let value: unknown = payload[within]
  for (const name of names) value = (asObject(value) as Readonly<Record<string, unknown>> | undefined)?.[name]
  return value
}

/** What `convert` makes of the first of the values of which it makes anything; else empty. */
export function firstUsable(
  payload: Payload,
  paths: readonly MemberPath[],
  convert: (value: unknown) => string,
): string {
  for (const path of paths) {
    const text = convert(valueAt(payload, path))
    if (text !== '') return text
  }
  return ''
}

/** The first of the values that is a text, and not empty; else empty. */
export function firstText(payload: Payload, paths: readonly MemberPath[]): string {
  for (const path of paths) {
    const text = valueAt(payload, path)
    if (typeof text === 'string' && text !== '') return text
  }
  return ''
}
