import { printable } from '../printable.js'

const LONGEST_TEXT = 300

/** What X says went wrong, in an error answer's body or in the stream. Every member may be missing. */
export interface Problem {
  readonly title?: string
  readonly detail?: string
  /** A URL of which only the end is stable: its host has changed before. */
  readonly type?: string
  /** Only in the stream: X is about to close it. The kinds are many and change. */
  readonly disconnect_type?: string
  readonly connection_issue?: string
}

const MEMBERS = ['title', 'detail', 'type', 'disconnect_type', 'connection_issue'] as const

/** The problems that a parsed JSON value tells of: itself and those in its `errors`. */
export function problemsIn(value: unknown): Problem[] {
  if (!isObject(value)) return []
  const errors = Array.isArray(value['errors']) ? (value['errors'] as unknown[]) : []
  return [value, ...errors].map(asProblem).filter((problem) => Object.keys(problem).length > 0)
}

/** Whether a problem's type is `…/problems/NAME`. */
export const isType = ({ type }: Problem, name: string): boolean => type?.endsWith(`/${name}`) ?? false

/** X's message or answer for one connection more than it allows. */
export const isTooManyConnections = (problem: Problem): boolean =>
  problem.connection_issue === 'TooManyConnections' || isType(problem, 'streaming-connection')

/** `ConnectionException: This stream is …`, as far as X says it. */
export const problemText = ({ title, detail, disconnect_type: kind }: Problem): string =>
  printable([kind ?? title, detail].filter((text) => text !== undefined).join(': '), LONGEST_TEXT)

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** v1.1 errors, which X still uses for some, have `message` in place of `detail`. */
function asProblem(value: unknown): Problem {
  if (!isObject(value)) return {}
  const texts: Record<string, unknown> = { ...value, detail: value['detail'] ?? value['message'] }
  return Object.fromEntries(
    MEMBERS.map((name) => [name, texts[name]] as const).filter(([, text]) => typeof text === 'string'),
  )
}
