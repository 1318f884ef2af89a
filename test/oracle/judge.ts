import { filedWell, garbageIsKept, keptAsSent } from './judgements/content.js'
import { countedInOrder, countedIsKept, nothingLostInTheMiddle, settledIsKept } from './judgements/kept.js'
import { backfillFits, journalExplains } from './judgements/gaps.js'
import { connectsWithinLimits, livesEndWell, tokenStaysSecret } from './judgements/conduct.js'
import { Case } from './case.js'
import type { Evidence } from './run.js'

/** What a run has broken of the promises, in words; nothing where all is well. */
export async function judge(evidence: Evidence): Promise<string[]> {
  const the = await Case.open(evidence)
  return [
    ...keptAsSent(the),
    ...garbageIsKept(the),
    ...filedWell(the),
    ...countedIsKept(the),
    ...settledIsKept(the),
    ...nothingLostInTheMiddle(the),
    ...countedInOrder(the),
    ...backfillFits(the),
    ...journalExplains(the),
    ...connectsWithinLimits(the),
    ...livesEndWell(the),
    ...(await tokenStaysSecret(the)),
  ]
}
