/**
 * `node build/test/mutants/main.js [NAME…]`: applies each mutant to a copy of the code and shows which test catches it. Exits
 * with 1 where one lives, or does not apply any more; the others are tried all the same.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mutantsIn } from './mutants.js'
import { Tree } from './tree.js'

const root = join(import.meta.dirname, '../../..')
const wanted = process.argv.slice(2)
const say = (text: string) => void process.stdout.write(`${text}\n`)

const folder = await mkdtemp(join(tmpdir(), 'collector-mutants-'))
let living = 0
try {
  const tree = await Tree.copy(root, join(folder, 'tree'))
  const all = await mutantsIn(join(root, 'test/mutants'))
  const mutants = all.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  const healthy = await tree.failingTests([...new Set(mutants.flatMap(({ tests }) => tests))])
  if (healthy.length > 0) throw new Error(`without a mutant these fail already: ${healthy.join('; ')}`)
  say('| mutant | what is wrong | caught by |\n| --- | --- | --- |')
  for (const { name, fault, tests, file } of mutants) {
    if (!(await tree.takes(file))) {
      living += 1
      say(`| ${name} | ${fault} | **does not apply any more: make it anew** |`)
      continue
    }
    await tree.apply(file)
    const failing = await tree.failingTests(tests)
    await tree.apply(file, { reversed: true })
    if (failing.length === 0) living += 1
    say(`| ${name} | ${fault} | ${failing[0] ?? '**nothing**'} |`)
  }
  say(`\n${mutants.length - living} of ${mutants.length} caught`)
} finally {
  await rm(folder, { recursive: true, force: true })
}
process.exitCode = living === 0 ? 0 : 1
