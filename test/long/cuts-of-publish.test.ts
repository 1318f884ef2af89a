import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { publish } from '../../src/osf/publish.js'
import { breakingNetwork, breaksAt, type BreakingNetwork, type Place } from '../faults/breaking.js'
import { note } from '../faults/loop.js'
import { osfWorld, stored, type OsfWorld } from '../osf/osf-world.js'
import { isShort, shareOf } from './share.js'

/** As in faults.test.ts. */
const seed = Number(process.env['FAULTS_SEED'] ?? 1)
const MOST_SHORT = 12

/** A small one, and one that takes many pieces. */
const FILES = [
  ['2026/11/21/2026-11-21_12_IDs.txt.xz', 'one'],
  ['2026/11/21/2026-11-21_13_IDs.txt.xz', randomBytes(150_000).toString('latin1')],
] as const

async function publishThrough({ port }: BreakingNetwork, world: OsfWorld) {
  const files = await Promise.all(FILES.map(([remote, content]) => world.file(remote, content)))
  const settings = { ...world.context.settings, baseUrl: `http://127.0.0.1:${port}` }
  return publish(files, { ...world.context, settings })
}

/** A run that is whole: the beginning and the middle of each piece that came from either side, and what OSF has then. */
async function wholeRun(): Promise<{ places: Place[]; atOsf: string[] }> {
  await using world = await osfWorld()
  await using network = await breakingNetwork(Number(new URL(world.osf.url).port))
  expect(await publishThrough(network, world)).toMatchObject({ uploaded: FILES.length })
  const places = (['client', 'server'] as const).flatMap((side) => {
    let from = 0
    return network.heard[side].flatMap(({ length }) => {
      from += length
      return [from - length, from - (length >> 1)].map((bytes) => ({ side, bytes }))
    })
  })
  return { places, atOsf: stored(world) }
}

test('wherever a connection to OSF breaks, each file is there once and whole, and told as uploaded', async () => {
  const faults: string[] = []
  const { places, atOsf } = await wholeRun()
  expect(places.length).toBeGreaterThan(30)
  for (const where of breaksAt(shareOf(places, MOST_SHORT, seed), isShort)) {
    await using world = await osfWorld()
    await using network = await breakingNetwork(Number(new URL(world.osf.url).port))
    network.breakAt(where)
    const { uploaded, failed } = await publishThrough(network, world)
    const found = [
      ...(network.breaks === 1 ? [] : ['it has not broken']),
      ...(uploaded === FILES.length
        ? []
        : [`${uploaded} uploaded, ${failed.map(({ error }) => error.message).join('; ')}`]),
      ...(stored(world).join() === atOsf.join() ? [] : [`at OSF: ${stored(world).join(', ')}`]),
    ]
    const what = `byte ${where.bytes} of the ${where.side}, ${where.resets ? 'reset' : 'ended'}`
    faults.push(...found.map((line) => `${what}: ${line}`))
    note(`publish: ${what}: ${found.join('\n   ') || 'held'}`)
  }
  expect(faults).toEqual([])
})
