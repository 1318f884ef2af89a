import ssh2 from 'ssh2'
import type { Fault, FaultPlan } from '../fault-plan.js'
import type { sftpFaults } from './faults.js'

const { utils } = ssh2

const { STATUS_CODE } = utils.sftp

type Kind = keyof typeof sftpFaults

/** What happens to a request in place of being carried out. */
const REQUEST_FAULTS = ['hang-up', 'end-session', 'status', 'wrong-answer'] as const

export type RequestFault = Fault & { readonly kind: (typeof REQUEST_FAULTS)[number] }

/** The faults of a plan that concern the SFTP server, as it asks for them. */
export class SftpFaults {
  readonly #plan: FaultPlan
  #requests = 0
  #writes = 0

  constructor(plan: FaultPlan) {
    this.#plan = plan
  }

  refusesLogin(user: string): boolean {
    return this.#take('refuse-login', this.#requests, user) !== undefined
  }

  /** Count a request; true when nothing more is to be answered on its connection. */
  stalls(request: string): boolean {
    this.#requests += 1
    return this.#take('stall', this.#requests, request) !== undefined
  }

  /** What is to become of the request that was counted last. */
  ofRequest(request: string): RequestFault | undefined {
    return this.#plan.take('sftp', REQUEST_FAULTS, { count: this.#requests, who: request }) as RequestFault | undefined
  }

  /** Count a write; how many bytes of the file are written before its connection is cut, `undefined` for all. */
  cutAt(path: string): number | undefined {
    this.#writes += 1
    const fault = this.#take('cut', this.#writes, path)
    return fault && (fault.value ?? 0)
  }

  /** The status in place of the usual one for what is not there. */
  oddMissing(request: string): number | undefined {
    const fault = this.#take('odd-missing', this.#requests, request)
    return fault && (fault.value ?? STATUS_CODE.FAILURE)
  }

  diskFull = (path: string): boolean => this.#take('disk-full', this.#writes, path) !== undefined

  refusesRename = (path: string): boolean => this.#take('rename-refused', this.#requests, path) !== undefined

  readOnly = (path: string): boolean => this.#take('read-only', this.#requests, path) !== undefined

  bareAttributes = (path: string): boolean => this.#take('bare-attributes', this.#requests, path) !== undefined

  untypedModes = (path: string): boolean => this.#take('untyped-modes', this.#requests, path) !== undefined

  sizelessList = (path: string): boolean => this.#take('sizeless-list', this.#requests, path) !== undefined

  endlessList = (path: string): boolean => this.#take('endless-list', this.#requests, path) !== undefined

  freeBytes = (path: string): number | undefined => this.#take('little-space', this.#requests, path)?.value

  #take(kind: Kind, count: number, who: string): Fault | undefined {
    return this.#plan.take('sftp', [kind], { count, who })
  }
}
