import { spawn } from 'node:child_process'

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Run a program to its end. `input` is its stdin. */
export function run(program: string, words: readonly string[], input = ''): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words)
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.on('error', reject)
    child.on('close', (code) => {
      resolve({ code, stdout, stderr })
    })
    // A program that does not read its input may be gone before it is written.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}

/** Run a program that must end with 0; answers its stdout. @throws Error with all that it said */
export async function succeed(program: string, words: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await run(program, words, input)
  if (code === 0) return stdout
  throw new Error(`${[program, ...words].join(' ')} ended with ${code}:\n${stdout}\n${stderr}`)
}
