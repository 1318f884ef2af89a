import { isObject, isTooManyConnections, isType, type Problem, problemsIn, problemText } from './problem.js'

/** An object in the stream that is no tweet. */
export interface Message {
  /** Why X is about to close the stream; `undefined` where it says something else. */
  readonly goodbye: Goodbye | undefined
}

export interface Goodbye {
  readonly text: string
  /** Another connection of the same app has taken the place. */
  readonly tooManyConnections: boolean
}

const TWEET_START = Buffer.from('{"data"')
const GOODBYE_TYPES = ['operational-disconnect', 'client-disconnected', 'streaming-connection']

/**
 * The message in a line, or `undefined` where it is a tweet or cannot be told, which is the spool's to judge. Only what
 * does not begin as tweets do is parsed. New kinds of message may appear at any time (docs.x.com).
 */
export function readMessage(line: Buffer): Message | undefined {
  if (TWEET_START.every((byte, at) => line[at] === byte)) return undefined
  const value = parse(line)
  if (!isObject(value) || 'data' in value) return undefined
  const problem = problemsIn(value).find(isGoodbye)
  return {
    goodbye: problem && { text: problemText(problem), tooManyConnections: isTooManyConnections(problem) },
  }
}

const isGoodbye = (problem: Problem): boolean =>
  problem.disconnect_type !== undefined ||
  problem.connection_issue !== undefined ||
  GOODBYE_TYPES.some((name) => isType(problem, name))

function parse(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString())
  } catch {
    return undefined
  }
}
