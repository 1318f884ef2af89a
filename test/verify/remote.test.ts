import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { publishDays } from '../../src/publish/publish-days.js'
import type { Fault } from '../../src/simulator/fault-plan.js'
import { osfWorld } from '../osf/osf-world.js'
import { DAY_MS, MINUTE_MS } from '../../src/utc.js'
import { HOUR } from '../support/hour-world.js'
import { payload } from '../support/tweets.js'
import { verifyAll, verifyWorld } from './verify-world.js'

const DAY = '2026-11-21'
const osfPath = (hour: number) => `OSF /2026/11/21/${DAY}_${hour}_IDs.txt.xz`

interface Listing {
  readonly data: { readonly attributes: { readonly name: string; readonly path: string } }[]
}

/** A published archive. */
async function published(faults: readonly Omit<Fault, 'service'>[] = []) {
  const world = await verifyWorld({ hours: 2 })
  const osf = await osfWorld(faults)
  const token = osf.context.token
  const { stateFolder } = osf.context
  const settings = { ...world.settings, server: { ...world.settings.server, stateFolder }, osf: osf.context.settings }
  const context = { ...osf.context, clock: world.clock, vault: world.vault, version: '0' }
  const publish = (wanted?: Parameters<typeof publishDays>[1]) =>
    publishDays({ ...context, token: () => Promise.resolve(token) }, wanted)
  await publish()
  const before = osf.requests().length
  return {
    ...{ world, osf, token, settings, publish },
    requests: () => osf.requests().slice(before),
    /** Somebody else puts another content there, or removes the file. */
    async changeAtOsf(name: string, content: string | undefined): Promise<void> {
      const headers = { Authorization: `Bearer ${token}` }
      const storage = `${osf.osf.url}/v1/resources/abcde/providers/osfstorage`
      let path = '/'
      for (const part of [...(name.includes('IDs') ? ['2026', '11', '21'] : []), name]) {
        const listing = (await (await fetch(`${storage}${path}?meta=`, { headers })).json()) as Listing
        path = listing.data.find(({ attributes }) => attributes.name.includes(part))?.attributes.path ?? ''
      }
      const change = content === undefined ? { method: 'DELETE' } : { method: 'PUT', body: content }
      expect((await fetch(`${storage}${path}?kind=file`, { ...change, headers })).ok).toBe(true)
    },
    verify: (osfToken = token) => verifyAll({ ...world, settings }, { osfToken }),
    [Symbol.asyncDispose]: async () => {
      await osf[Symbol.asyncDispose]()
      await world[Symbol.asyncDispose]()
    },
  }
}

const osfLines = ({ findings, notes }: Pick<Awaited<ReturnType<typeof verifyAll>>, 'findings' | 'notes'>) =>
  [...findings, ...notes].filter(({ place }) => place.startsWith('OSF')).map(({ place, text }) => `${place}: ${text}`)

test('an archive that is at OSF as it is here has no finding there, and OSF is only read', async () => {
  await using world = await published()
  expect(osfLines(await world.verify())).toEqual([])
  expect(world.requests().length).toBeGreaterThan(3)
  expect(world.requests().filter((request) => !request.startsWith('GET'))).toEqual([])
})

test('a file that waits for its upload is not missing, until it has waited for more than a day', async () => {
  await using world = await published([{ kind: 'status', value: 400, only: '14_IDs' }])
  expect(world.osf.plan.fired).toHaveLength(1)
  const early = await world.verify()
  expect(early.findings).toEqual([])
  expect(osfLines(early)).toEqual([
    `${osfPath(14)}: not uploaded yet: the next run of process-hour or publish brings it`,
  ])
  world.world.clock.advance(DAY_MS)
  const { findings } = await world.verify()
  expect(findings.filter(({ place }) => place.startsWith('OSF'))).toEqual([
    {
      place: osfPath(14),
      text: expect.stringMatching(/^not uploaded, though it is there since 2026-.*publish says why$/) as string,
    },
  ])
})

test('an hour that was opened again and waits for its upload is an earlier version there', async () => {
  await using world = await published()
  await world.world.byHand(
    1,
    HOUR + 30 * MINUTE_MS,
    `${payload(HOUR + 30 * MINUTE_MS, { sequence: 77 }).toString()}\n`,
    1,
  )
  expect((await world.world.run()).archived).toHaveLength(1)
  const { findings, notes } = await world.verify()
  expect(osfLines({ findings, notes: [] })).toEqual([])
  expect(notes.filter(({ place }) => place.startsWith('OSF')).map(({ place, text }) => `${place}: ${text}`)).toContain(
    `${osfPath(13)}: an earlier version: not uploaded yet: the next run of process-hour or publish brings it`,
  )
})

test('what was uploaded and is gone from OSF, or is another there, is found, and is uploaded again as the finding says', async () => {
  await using world = await published()
  await world.changeAtOsf('14_IDs', undefined)
  await world.changeAtOsf('13_IDs', 'another')
  await world.changeAtOsf('hours.csv', 'another')
  expect(osfLines(await world.verify())).toEqual([
    `${osfPath(13)}: another content than here: collector publish --again --day ${DAY} updates it`,
    `${osfPath(14)}: missing: collector publish --again --day ${DAY} uploads it`,
    'OSF /hours.csv: another content than here: collector publish --again updates it',
  ])
  await world.publish({ again: true, describe: 'always' })
  expect(osfLines(await world.verify())).toEqual([])
})

test('of a file that is damaged here the finding says that what is published stays', async () => {
  await using world = await published()
  await writeFile(world.world.archivePath('IDs.txt.xz'), 'another')
  expect(osfLines(await world.verify())).toEqual([
    expect.stringMatching(/_13_IDs\.txt\.xz: .* is damaged, .*: it is not published; run collector verify --mend$/),
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
