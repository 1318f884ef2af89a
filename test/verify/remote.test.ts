import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { publishDays } from '../../src/publish/publish-days.js'
import type { Fault } from '../../src/simulator/fault-plan.js'
import { osfWorld } from '../osf/osf-world.js'
import { verifyAll, verifyWorld } from './verify-world.js'

const DAY = '2026-11-21'
const osfPath = (hour: number) => `OSF /2026/11/21/${DAY}_${hour}_IDs.txt.xz`

/** A published archive. */
async function published(faults: readonly Omit<Fault, 'service'>[] = []) {
  const world = await verifyWorld({ hours: 2 })
  const osf = await osfWorld(faults)
  const token = osf.context.token
  const settings = { ...world.settings, osf: osf.context.settings }
  await publishDays({ ...osf.context, vault: world.vault, version: '0', token: () => Promise.resolve(token) })
  const before = osf.requests().length
  return {
    ...{ world, osf, token },
    requests: () => osf.requests().slice(before),
    verify: (osfToken = token) => verifyAll({ ...world, settings }, { osfToken }),
    [Symbol.asyncDispose]: async () => {
      await osf[Symbol.asyncDispose]()
      await world[Symbol.asyncDispose]()
    },
  }
}

const osfLines = ({ findings, notes }: Awaited<ReturnType<typeof verifyAll>>) =>
  [...findings, ...notes].filter(({ place }) => place.startsWith('OSF')).map(({ place, text }) => `${place}: ${text}`)

test('an archive that is at OSF as it is here has no finding there, and OSF is only read', async () => {
  await using world = await published()
  expect(osfLines(await world.verify())).toEqual([])
  expect(world.requests().length).toBeGreaterThan(3)
  expect(world.requests().filter((request) => !request.startsWith('GET'))).toEqual([])
})

test('a file that never got there, and one that is another there, are found', async () => {
  await using world = await published([{ kind: 'status', value: 400, only: '14_IDs' }])
  expect(world.osf.plan.fired).toHaveLength(1)
  await writeFile(world.world.archivePath('IDs.txt.xz'), 'another')
  expect(osfLines(await world.verify())).toEqual([
    `${osfPath(13)}: another content than here: collector publish --again --day ${DAY} updates it`,
    `${osfPath(14)}: missing: collector publish --again --day ${DAY} uploads it`,
  ])
})

test('what lies at OSF and not here is mentioned', async () => {
  await using world = await published()
  const day = join(world.world.vault, DAY)
  for (const name of await readdir(day)) if (name.includes('_14_')) await rm(join(day, name))
  expect(osfLines(await world.verify())).toEqual([`${osfPath(14)}: not published from here`])
})

test('a wrong token is a finding that says what to do, without the token', async () => {
  await using world = await published()
  const [line] = osfLines(await world.verify('a-wrong-token'))
  expect(line).toMatch(/^OSF: could not be looked through: .*check \[osf\] token_file/)
  expect(line).not.toContain('a-wrong-token')
})
