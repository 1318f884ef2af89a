import type { Fault, FaultPlan } from '../fault-plan.js'

/**
 * The faults that the SFTP server knows. `only` is a part of the path from the client's root, for `refuse-login` of the
 * user's name; `after` counts the requests of all connections, for `cut` and `disk-full` their writes.
 *
 * - `refuse-login`: the key is refused
 * - `stall`: the connection stays open and answers nothing more
 * - `cut`: the connection is cut after `value` bytes of a file were written (0 unless told), at the file's end at the latest
 * - `disk-full`: a write fails
 * - `rename-refused`: a renaming fails
 * - `read-only`: opening a file for writing, or making a folder, is refused
 * - `little-space`: `value` bytes are said to be free
 */
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
  stalls(path: string): boolean {
    this.#requests += 1
    return this.#take('stall', this.#requests, path) !== undefined
  }

  /** Count a write; how many bytes of the file are written before its connection is cut, `undefined` for all. */
  cutAt(path: string): number | undefined {
    this.#writes += 1
    const fault = this.#take('cut', this.#writes, path)
    return fault && (fault.value ?? 0)
  }

  diskFull = (path: string): boolean => this.#take('disk-full', this.#writes, path) !== undefined

  refusesRename = (path: string): boolean => this.#take('rename-refused', this.#requests, path) !== undefined

  readOnly = (path: string): boolean => this.#take('read-only', this.#requests, path) !== undefined

  freeBytes = (path: string): number | undefined => this.#take('little-space', this.#requests, path)?.value

  #take(kind: string, count: number, who: string): Fault | undefined {
    return this.#plan.take('sftp', [kind], { count, who })
  }
}
