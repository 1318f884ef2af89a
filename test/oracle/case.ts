import type { Evidence } from './run.js'
import { readSpool, type Line, type SpoolContent } from './spool-content.js'

/** What stands before the judge: the evidence of a run, and the spool that it left. */
export class Case {
  readonly evidence: Evidence
  readonly spool: SpoolContent
  /** The lines of each tweet. */
  readonly linesOf: ReadonlyMap<string, readonly Line[]>

  constructor(evidence: Evidence, spool: SpoolContent) {
    this.evidence = evidence
    this.spool = spool
    this.linesOf = Map.groupBy(spool.lines, ({ id }) => id)
  }

  static async open(evidence: Evidence): Promise<Case> {
    return new Case(evidence, await readSpool(evidence.spool))
  }

  has(id: string): boolean {
    return this.linesOf.has(id)
  }
}

/** At most three examples, and how many there are. */
export function examples(what: string, items: readonly string[]): string[] {
  if (items.length === 0) return []
  return [`${items.length} ${what}: ${items.slice(0, 3).join(', ')}${items.length > 3 ? ', …' : ''}`]
}
