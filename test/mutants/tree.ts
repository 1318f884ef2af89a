import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { text } from 'node:stream/consumers'

const COPIED = ['src', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts', 'settings.example.ini']

const FLAGS = ['-p1', '--fuzz=2', '--silent', '--no-backup-if-mismatch']

const REPORT = 'vitest.json'
const FAILED = /"fullName":"((?:[^"\\]|\\.)*)","status":"failed"/g

/** A copy of the code, in which things can be broken. */
export class Tree {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  static async copy(root: string, folder: string): Promise<Tree> {
    await mkdir(folder)
    for (const name of COPIED) await cp(join(root, name), join(folder, name), { recursive: true })
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    return new Tree(folder)
  }

  /** Whether the patch still applies. */
  async takes(patch: string): Promise<boolean> {
    const { code } = await this.#run('patch', [...FLAGS, '-N', '--dry-run', '-i', patch])
    return code === 0
  }

  /** @throws Error where the patch does not apply */
  async apply(patch: string, { reversed = false } = {}): Promise<void> {
    const { code, stdout } = await this.#run('patch', [...FLAGS, reversed ? '-R' : '-N', '-i', patch])
    if (code !== 0) throw new Error(`${patch} does not apply: make it anew (${stdout.trim()})`)
  }

  /** Run tests; answers the names of those that fail, nothing where all pass. */
  async failingTests(tests: readonly string[]): Promise<string[]> {
    const { code } = await this.#run(execPath, [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--reporter=json',
      `--outputFile=${REPORT}`,
      '--bail=1',
      ...tests,
    ])
    if (code === 0) return []
    const report = await readFile(join(this.#folder, REPORT), 'utf8')
    const failed = Array.from(report.matchAll(FAILED), ([, name = '']) => name)
    return failed.length > 0 ? failed.map((name) => name.trim()) : ['(the tests do not run)']
  }

  async #run(program: string, words: readonly string[]): Promise<{ code: number | null; stdout: string }> {
    const child = spawn(program, words, { cwd: this.#folder, stdio: ['ignore', 'pipe', 'ignore'] })
    const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'close') as Promise<[number | null]>])
    return { code, stdout }
  }
}
