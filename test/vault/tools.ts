import { spawnSync } from 'node:child_process'

/** Whether a program runs here; where it does not, say in the test's name what is skipped without it. */
export const hasTool = (name: string, ...args: string[]): boolean => spawnSync(name, args).status === 0

export const hasXz = hasTool('xz', '--version')
/** Python with what its standard library needs for the archive. */
export const hasPython = hasTool('python3', '-c', 'import csv, json, lzma')

/** What a Python program prints when it is given `input`. @throws with what it said where it fails */
export function python(program: string, input: string | Uint8Array, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('python3', ['-c', program, ...args], { input, maxBuffer: 1 << 28 })
  if (status !== 0) throw new Error(String(stderr))
  return String(stdout)
}
