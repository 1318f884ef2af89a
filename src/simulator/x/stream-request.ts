import { asking, type Asked } from '../tweets/asked.js'
import { allowedNames, type NameParameter } from './parameter-names.js'
import { invalidRequest, type Problem } from './problems.js'

/** What a client wants of the stream. */
export interface StreamRequest {
  /** 0 to 5 */
  readonly backfillMinutes: number
  readonly asked: Asked
}

type Fault = Parameters<typeof invalidRequest>[0][number]

const BACKFILL = 'backfill_minutes'

/** The request that a query makes, or X's answer to one that it does not understand. */
export function parseStreamRequest(query: URLSearchParams): StreamRequest | Problem {
  const wrong = wrongBackfill(query)
  const asked = parseFields(query, [BACKFILL], wrong)
  return 'status' in asked ? asked : { backfillMinutes: Number(query.get(BACKFILL) ?? 0), asked }
}

/** The fields and expansions that a query asks for; `others` are parameters that it may have beside them. */
export function parseFields(
  query: URLSearchParams,
  others: readonly string[],
  wrong: readonly Fault[] = [],
): Asked | Problem {
  const faults = [...unknownParameters(query, others), ...unknownNames(query), ...wrong]
  if (faults.length > 0) return invalidRequest(faults)
  return asking({
    expansions: namesIn(query, 'expansions'),
    tweet: namesIn(query, 'tweet.fields'),
    user: namesIn(query, 'user.fields'),
    media: namesIn(query, 'media.fields'),
    poll: namesIn(query, 'poll.fields'),
    place: namesIn(query, 'place.fields'),
  })
}

const namesIn = (query: URLSearchParams, parameter: NameParameter): string[] =>
  query.getAll(parameter).flatMap((value) => value.split(','))

function unknownParameters(query: URLSearchParams, others: readonly string[]): Fault[] {
  const known = [...others, ...Object.keys(allowedNames)]
  return [...query.keys()]
    .filter((parameter) => !known.includes(parameter))
    .map((parameter) => ({
      parameter,
      values: query.getAll(parameter),
      message: `The query parameter [${parameter}] is not one of [${known.join(',')}]`,
    }))
}

function unknownNames(query: URLSearchParams): Fault[] {
  return (Object.keys(allowedNames) as NameParameter[]).flatMap((parameter) =>
    namesIn(query, parameter)
      .filter((name) => !allowedNames[parameter].includes(name))
      .map((name) => ({
        parameter,
        values: [name],
        message: `The \`${parameter}\` query parameter value [${name}] is not one of [${allowedNames[parameter].join(',')}]`,
      })),
  )
}

function wrongBackfill(query: URLSearchParams): Fault[] {
  const value = query.get(BACKFILL)
  if (value === null || /^[0-5]$/.test(value)) return []
  const message = `The \`${BACKFILL}\` query parameter value [${value}] is not between 0 and 5`
  return [{ parameter: BACKFILL, values: [value], message }]
}
