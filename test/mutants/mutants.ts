import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A small wrong version of the code, kept as a patch, with the tests that must catch it. */
export interface Mutant {
  /** `01-no-fsync-before-rename` */
  readonly name: string
  /** What is wrong with it. */
  readonly fault: string
  /** Files or folders of tests. */
  readonly tests: readonly string[]
  readonly file: string
}

/**
 * The mutants of a folder, in order.
 * @throws Error where a patch does not say which tests it is for, or the numbers are not 1, 2, 3, …
 */
export async function mutantsIn(folder: string): Promise<Mutant[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.patch')).sort()
  names.forEach((name, index) => {
    if (parseInt(name) !== index + 1)
      throw new Error(`${join(folder, name)} must have the number ${index + 1}: rename it`)
  })
  return Promise.all(
    names.map(async (name) => {
      const file = join(folder, name)
      const text = await readFile(file, 'utf8')
      const tests = /^tests: (.+)$/m.exec(text)?.[1]?.split(' ')
      if (!tests) throw new Error(`${file} names no tests: its second line must be "tests: test/…"`)
      return { name: name.replace('.patch', ''), fault: text.split('\n', 1).join().replace(/\.$/, ''), tests, file }
    }),
  )
}
