import { expect, test } from 'vitest'
import { readLocalContent } from '../../src/osf/local-content.js'
import { OsfClient } from '../../src/osf/osf-client.js'
import { RemoteTree } from '../../src/osf/remote-tree.js'
import { upload } from '../../src/osf/upload.js'
import { osfWorld, sha256, stored, TOKEN, type OsfWorld } from './osf-world.js'

const DAY = ['2026', '11', '21']
const IDS_13 = '2026/11/21/2026-11-21_13_IDs.txt.xz'

/** A client that has looked at the day's folder, and has that look remembered. */
async function clientThatHasLooked({ context }: OsfWorld) {
  const client = new OsfClient(context.settings, context, context.signal)
  const tree = new RemoteTree(client, context)
  const { folder } = await tree.open(DAY)
  return { client, tree, patience: context, folder }
}

test('a file that somebody else makes after the look is updated by what the 409 tells, without another look', async () => {
  await using world = await osfWorld()
  const [ours, other] = [await clientThatHasLooked(world), await clientThatHasLooked(world)]
  await upload(await readLocalContent((await world.file(IDS_13, 'theirs')).local), IDS_13, other)
  const before = world.requests().length
  const content = await readLocalContent((await world.file(IDS_13, 'ours')).local)
  expect(await upload(content, IDS_13, ours)).toBe('uploaded')
  expect(world.requests().slice(before)).toEqual([`PUT /${IDS_13} 409`, `PUT /${IDS_13} 200`])
  expect(stored(world)).toEqual([`/${IDS_13} v2 ${sha256('ours').slice(0, 8)}`])
})

test('the same file that somebody else made after the look is not sent again', async () => {
  await using world = await osfWorld()
  const [ours, other] = [await clientThatHasLooked(world), await clientThatHasLooked(world)]
  const content = await readLocalContent((await world.file(IDS_13, 'same')).local)
  expect(await upload(content, IDS_13, other)).toBe('uploaded')
  expect(await upload(content, IDS_13, ours)).toBe('unchanged')
  expect(world.requests().at(-1)).toBe(`PUT /${IDS_13} 409`)
})

test('a day’s folder that is removed after the look is made again', async () => {
  await using world = await osfWorld()
  const ours = await clientThatHasLooked(world)
  await fetch(ours.folder.url, { method: 'DELETE', headers: { Authorization: `Bearer ${TOKEN}` } })
  const content = await readLocalContent((await world.file(IDS_13, 'ours')).local)
  expect(await upload(content, IDS_13, ours)).toBe('uploaded')
  expect(stored(world)).toEqual([`/${IDS_13} v1 ${sha256('ours').slice(0, 8)}`])
})

test('a folder of a file’s name is no hindrance: OSF lets both be', async () => {
  await using world = await osfWorld()
  const ours = await clientThatHasLooked(world)
  await ours.tree.open(IDS_13.split('/'))
  const content = await readLocalContent((await world.file(IDS_13, 'ours')).local)
  expect(await upload(content, IDS_13, ours)).toBe('uploaded')
})
