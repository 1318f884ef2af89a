import { realClock } from '../../../src/clock.js'
import { FaultPlan, type Fault } from '../../../src/simulator/fault-plan.js'
import { startOsf, type OsfOptions } from '../../../src/simulator/osf/osf.js'
import { recordingLog } from '../../support/recording-log.js'

export const TOKEN = 'simulated-osf-token-of-a-whole-account'

/** A simulated OSF with project `abcde`, and a fetch that shows it the token. */
export async function startTestOsf(folder: string, faults: readonly Fault[] = [], more: Partial<OsfOptions> = {}) {
  const clock = realClock()
  const plan = new FaultPlan(faults, clock)
  const log = recordingLog()
  const osf = await startOsf({ folder, token: TOKEN, project: 'abcde', clock, log, faults: plan, ...more })
  return {
    ...osf,
    plan,
    /** `METHOD url path-meant`, in order. */
    requests: () => log.events.filter(({ msg }) => msg === 'osf request').map(({ request }) => request as string),
    ask: (path: string, init: RequestInit = {}) =>
      fetch(new URL(path, osf.url), {
        redirect: 'manual',
        ...init,
        headers: { Authorization: `Bearer ${TOKEN}`, ...(init.headers as Record<string, string>) },
      }),
  }
}

export type TestOsf = Awaited<ReturnType<typeof startTestOsf>>

/** What is asserted of WaterButler's entities. */
export interface Entity {
  readonly id: string
  readonly attributes: {
    readonly kind: string
    readonly name: string
    readonly path: string
    readonly materialized: string
    readonly sizeInt: number | null
    readonly extra: { readonly version?: number; readonly hashes?: { readonly md5: string; readonly sha256: string } }
  }
  readonly links: { readonly upload: string; readonly new_folder?: string; readonly download?: string }
}

/** The `data` of an answer. */
export const dataOf = async <Data>(answer: Response): Promise<Data> => ((await answer.json()) as { data: Data }).data

export const STORAGE = '/v1/resources/abcde/providers/osfstorage/'

/** Upload a new file into the root. */
export const putNew = (osf: TestOsf, name: string, body: string) =>
  osf.ask(`${STORAGE}?kind=file&name=${name}`, { method: 'PUT', body })
