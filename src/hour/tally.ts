import { OperatorError } from '../operator-error.js'
import type { Servers } from '../tweet/row.js'
import { identityOf, type Server } from './input-file.js'

/** What was counted of one server while an hour was merged. */
export interface ServerTally {
  /** Lines read from minute files, and those that are archived from before. */
  lines: number
  distinct: number
  repeated: number
  /** The collector's included. */
  rejected: number
  rejectedByCollector: number
}

export interface Tally {
  readonly servers: Record<Server, ServerTally>
  archived: number
  both: number
}

const emptyServer = (): ServerTally => ({ lines: 0, distinct: 0, repeated: 0, rejected: 0, rejectedByCollector: 0 })

export const emptyTally = (): Tally => ({ servers: { 1: emptyServer(), 2: emptyServer() }, archived: 0, both: 0 })

/** Count one archived tweet. */
export function countArchived(tally: Tally, servers: Servers): void {
  tally.archived += 1
  if (servers === '12') tally.both += 1
  if (servers !== '2') tally.servers[1].distinct += 1
  if (servers !== '1') tally.servers[2].distinct += 1
}

/** Add the counts of a part of an hour. */
export function addTally(into: Tally, part: Tally): void {
  for (const server of [1, 2] as const)
    for (const key of ['lines', 'distinct', 'repeated', 'rejected', 'rejectedByCollector'] as const)
      into.servers[server][key] += part.servers[server][key]
  into.archived += part.archived
  into.both += part.both
}

/** A minute file, and how many lines somebody says it has. */
export interface CountedFile {
  readonly server: Server
  readonly name: string
  readonly sha256: string
  readonly lines: number
}

/** The hour's books have a hole: nothing of it is committed, and its sources stay. */
export class UnbalancedBooksError extends OperatorError {
  readonly equation: string

  constructor(hour: string, equation: string) {
    super(
      `the books of ${hour} do not balance: ${equation}. Nothing was archived or removed; keep the spools and report this, ` +
        'with the output of `collector process-hour`',
    )
    this.equation = equation
  }
}

/** Hold the counts of an hour against each other (promise 4). @throws UnbalancedBooksError */
export function checkBalance(hour: string, { servers, archived, both }: Tally): void {
  for (const server of [1, 2] as const) {
    const { lines, rejectedByCollector, distinct, repeated, rejected } = servers[server]
    if (lines + rejectedByCollector !== distinct + repeated + rejected)
      throw new UnbalancedBooksError(
        hour,
        `server ${server}: ${lines} lines + ${rejectedByCollector} rejected by the collector are not ` +
          `${distinct} distinct + ${repeated} repeated + ${rejected} rejected`,
      )
  }
  if (servers[1].distinct + servers[2].distinct !== archived + both)
    throw new UnbalancedBooksError(
      hour,
      `${servers[1].distinct} of server 1 + ${servers[2].distinct} of server 2 are not ${archived} archived + ${both} in both`,
    )
}

/**
 * Hold the lines that journal and batch say were sealed against those that were read now, and those of the files that the book
 * has, file by file and so per server (promise 4). `taken` are both; files in it that nobody sealed are taken as they are.
 * @throws UnbalancedBooksError that names the first file in which they differ
 */
export function checkSealed(hour: string, sealed: readonly CountedFile[], taken: readonly CountedFile[]): void {
  const found = new Map(taken.map((file) => [identityOf(file), file.lines]))
  const foundIn = (file: CountedFile) => found.get(identityOf(file)) ?? 0
  for (const server of [1, 2] as const) {
    const ofServer = sealed.filter((file) => file.server === server)
    const hole = ofServer.find((file) => file.lines !== foundIn(file))
    if (!hole) continue
    const total = (lines: (file: CountedFile) => number) => ofServer.reduce((sum, file) => sum + lines(file), 0)
    throw new UnbalancedBooksError(
      hour,
      `server ${server}: ${total(({ lines }) => lines)} lines were sealed, ${total(foundIn)} were read now or are booked; ` +
        `${hole.name} was sealed with ${hole.lines} and has ${foundIn(hole)}`,
    )
  }
}
