import { OperatorError } from '../operator-error.js'

/** How a run of the program xz ended that was to end well. */
export interface XzEnd {
  /** `compress` or `read`: what it was to do. */
  readonly task: 'compress' | 'read'
  /** `was ended by SIGKILL`, `left with code 1: File format not recognized` */
  readonly how: string
  /** Of a program that could not be started: `ENOENT`. */
  readonly code?: string | undefined
  readonly isKilled: boolean
}

/** The program xz failed, whatever it was given: what it was to read may be whole. */
export class XzProcessError extends OperatorError {}

/**
 * The error for a run of xz that failed. That of a file that xz cannot read is a plain one, for it says something of the
 * file, and who reads it knows its name.
 */
export function xzFault(end: XzEnd): Error {
  const isTold = end.task === 'compress' || end.isKilled || end.code !== undefined || isOutOfMemory(end.how)
  if (!isTold) return new Error(`xz ${end.how}`)
  const what = end.task === 'compress' ? 'compress' : 'read .xz'
  return new XzProcessError(`xz ${end.how}, and could not ${what}: ${nextStep(end)}`)
}

const isOutOfMemory = (how: string): boolean => /cannot allocate memory|memory usage limit/i.test(how)

function nextStep({ how, code, isKilled }: XzEnd): string {
  if (code === 'ENOENT' || code === 'EACCES') return 'install xz again (Debian: xz-utils), then run the command again'
  if (isKilled || isOutOfMemory(how) || code !== undefined)
    return 'the machine may have too little memory, or too many processes: lower [vault] threads, or free some, then run the command again'
  return 'check the disk and the installed xz (xz --version), then run the command again'
}
