import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import type { ExitCode } from '../operator-error.js'

/** A stream that text is printed on. */
export interface Printer {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

/** What the outside gives a program; `main.ts` has the real ones. */
export interface World {
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  /** For results. */
  readonly stdout: Printer
  /** For logs and progress. */
  readonly stderr: Printer
  /** How to start this very program: Node and main.js. */
  readonly self: readonly string[]
  readonly clock: Clock
  readonly random: () => number
  readonly signal: AbortSignal
}

/** Flags that every verb takes. */
export interface CommonFlags {
  readonly settings?: string
  readonly log?: 'text' | 'json'
  readonly json?: boolean
}

export type VerbWorld = World & { readonly log: Log; readonly version: string }

/** A command of the program: what it declares, and one call. `run` imports its work, so that no other command carries it. */
export interface Verb<Flags extends CommonFlags = CommonFlags> {
  readonly name: string
  readonly summary: string
  /** Those it uses, and what they mean here. */
  readonly exitCodes: Partial<Record<ExitCode, string>>
  /** Flags of its own: `['--hours <n>', 'what it is', default?]`. */
  readonly options?: readonly (readonly [flags: string, description: string, fallback?: string])[]
  /** `[services...]` and the like, given to `run` as `flags.arguments`. */
  readonly argument?: readonly [name: string, description: string]
  run(flags: Flags & { readonly arguments: readonly string[] }, world: VerbWorld): Promise<ExitCode>
}
