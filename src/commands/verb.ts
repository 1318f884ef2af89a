import type { Clock } from '../clock.js'
import type { AdjustableLog } from '../log.js'
import type { ExitCode } from '../operator-error.js'
import type { Reloads } from './reloads.js'

/** A stream that text is printed on. */
export interface Printer {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
  /** It is the journal of systemd. */
  readonly isJournal?: boolean
  /** Why something could not be written, such as EPIPE; `undefined` while all could. */
  readonly lost?: string | undefined
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
  /** Whom to ask to read secrets and log level anew; without a listener, SIGHUP is a wish to stop. */
  readonly reloads?: Reloads
}

/** Flags that every verb takes. */
export interface CommonFlags {
  readonly settings?: string
  readonly log?: 'text' | 'json' | 'syslog'
  readonly json?: boolean
}

export type VerbWorld = World & {
  /** The words that the program was called with, without Node and script. */
  readonly argv: readonly string[]
  readonly log: AdjustableLog
  readonly version: string
  /** Something that somebody should look after, as a whole sentence: logged, and mailed where the verb runs unattended. */
  readonly warn: (sentence: string) => void
}

/** What a run leaves with, and what is to be said of it where that is a failure. */
export interface Ended {
  readonly exitCode: ExitCode
  readonly words: string
}

/** How a verb that runs where nobody looks on has its failures mailed. */
export interface Unattended<Flags> {
  /** Exit codes of a run that did not come to its end for a reason that should pass by itself: mailed if it does not. */
  readonly passing?: readonly ExitCode[]
  /** It runs until it is stopped, and tells by itself when it works again. */
  readonly staysOn?: boolean
  /** A call that only a person makes: nobody is mailed of what that person sees. */
  readonly byHand?: (flags: Flags) => boolean
}

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
  readonly unattended?: Unattended<Flags>
  run(flags: Flags & { readonly arguments: readonly string[] }, world: VerbWorld): Promise<ExitCode | Ended>
}
