import { ExitCode, OperatorError } from '../operator-error.js'
import type { RemoteFile } from './remote-entry.js'

/**
 * - `auth`: the token, or its owner's rights; `quota`: the project is full
 * - `not-found`: the project, its storage, or a file or folder that was there
 * - `too-large`: OSF takes no such file; `refused`: OSF will never take this request
 * - `exists`: somebody else was quicker; looking again helps
 * - `mismatch`: OSF has other bytes than were sent
 * - `temporary`: network, silence, 429, 5xx; passes by itself
 * - `local`: the file on this machine can't be read
 * - `kept`: OSF has the file, and what it has must stay
 * - `pending`: not tried, because the run ended before
 */
export type OsfErrorKind =
  | 'auth'
  | 'quota'
  | 'not-found'
  | 'too-large'
  | 'refused'
  | 'exists'
  | 'mismatch'
  | 'temporary'
  | 'local'
  | 'kept'
  | 'pending'

const PASSES_BY_ITSELF: readonly OsfErrorKind[] = ['exists', 'mismatch', 'temporary', 'kept', 'pending']

/**
 * Something could not be published. Holds no request, header or error of the HTTP client, for those hold the token.
 * Exit code 3 (partial) where the next run may go on by itself, else 1.
 */
export class OsfError extends OperatorError {
  readonly kind: OsfErrorKind
  /** It would meet every other file too: the run is over. */
  readonly fatal: boolean
  /** How long OSF asks to be left alone. */
  readonly retryAfterMs: number | undefined
  /** With `exists`, where OSF told: the file that has the name. */
  readonly existing: RemoteFile | undefined

  constructor(
    kind: OsfErrorKind,
    message: string,
    options: { fatal?: boolean; retryAfterMs?: number | undefined; existing?: RemoteFile | undefined } = {},
  ) {
    super(message, { exitCode: PASSES_BY_ITSELF.includes(kind) ? ExitCode.partial : ExitCode.failed })
    this.kind = kind
    this.fatal = options.fatal ?? (kind === 'auth' || kind === 'quota')
    this.retryAfterMs = options.retryAfterMs
    this.existing = options.existing
  }
}
