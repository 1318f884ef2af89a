import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { appendFile, readFile } from 'node:fs/promises'
import { request, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../support/temporary-folder.js'
import { dataOf, putNew, startTestOsf, STORAGE, TOKEN, type Entity } from './osf-simulator.js'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

test('the storage is found by its provider, and its links lead to WaterButler', async () => {
  await using folder = await temporaryFolder()
  await using osf = await startTestOsf(folder.path)
  const answer = await osf.ask('/v2/nodes/abcde/files/')
  const [storage] = await dataOf<{ attributes: { provider: string }; links: Record<string, string> }[]>(answer)
  expect(storage?.attributes.provider).toBe('osfstorage')
  expect(storage?.links['upload']).toBe(`${osf.url}${STORAGE}`)
  expect(storage?.links['new_folder']).toBe(`${osf.url}${STORAGE}?kind=folder`)
})

test('a new file is made with 201 and told of with size, both hashes and version 1', async () => {
  await using folder = await temporaryFolder()
  await using osf = await startTestOsf(folder.path)
  const answer = await putNew(osf, 'a.txt', 'one')
  expect(answer.status).toBe(201)
  expect(answer.headers.get('x-waterbutler-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  const file = await dataOf<Entity>(answer)
  expect(file.id).toMatch(/^osfstorage\/[0-9a-f]{24}$/)
  expect(file.attributes).toMatchObject({ kind: 'file', name: 'a.txt', materialized: '/a.txt', sizeInt: 3 })
  expect(file.attributes.extra).toMatchObject({
    version: 1,
    hashes: { sha256: sha256('one'), md5: createHash('md5').update('one').digest('hex') },
  })
  expect(file.links.upload).toBe(`${osf.url}/v1/resources/abcde/providers/${file.id}?kind=file`)
  expect(osf.files()).toEqual([{ path: '/a.txt', bytes: 3, sha256: sha256('one'), version: 1 }])
})

test('a taken name is refused with the entity of the file that has it', async () => {
  await using folder = await temporaryFolder()
  await using osf = await startTestOsf(folder.path)
  await putNew(osf, 'a.txt', 'one')
  const answer = await putNew(osf, 'a.txt', 'two')
  expect(answer.status).toBe(409)
  const body = (await answer.json()) as { message: string; data: Entity }
  expect(body.message).toBe('Cannot complete action: file or folder "a.txt" already exists in this location')
  expect(body.data.attributes.extra.hashes?.sha256).toBe(sha256('one'))
  expect(osf.files()[0]?.version).toBe(1)
})

test('an update makes a new version, the same bytes do not', async () => {
  await using folder = await temporaryFolder()
  await using osf = await startTestOsf(folder.path)
  const { links } = await dataOf<Entity>(await putNew(osf, 'a.txt', 'one'))
  for (const [body, version] of [
    ['two', 2],
    ['two', 2],
    ['three', 3],
  ] as const) {
    const answer = await osf.ask(links.upload, { method: 'PUT', body })
    expect(answer.status).toBe(200)
    expect((await dataOf<Entity>(answer)).attributes.extra.version).toBe(version)
  }
  const versions = await dataOf<{ id: string }[]>(await osf.ask(links.upload.replace('?kind=file', '?versions=')))
  expect(versions.map(({ id }) => id)).toEqual(['3', '2', '1'])
  expect(await (await osf.ask(links.upload.replace('?kind=file', ''))).text()).toBe('three')
})

test('folders are made with an empty body, listed whole by WaterButler and in pages by API v2', async () => {
  await using folder = await temporaryFolder()
  await using osf = await startTestOsf(folder.path)
  const made = await osf.ask(`${STORAGE}?kind=folder&name=2026`, { method: 'PUT' })
  expect(made.status).toBe(201)
  const year = await dataOf<Entity>(made)
  expect(year.attributes).toMatchObject({ kind: 'folder', path: `/${year.id.split('/')[1] ?? ''}/`, sizeInt: null })
  expect((await osf.ask(`${STORAGE}?kind=folder&name=2026`, { method: 'PUT' })).status).toBe(409)
  expect((await osf.ask(`${STORAGE}?kind=folder&name=2027`, { method: 'PUT', body: 'x' })).status).toBe(413)

  for (let n = 10; n < 35; n++)
    await osf.ask(`${year.links.upload}&name=${n}.txt`, { method: 'PUT', body: `file ${n}` })
  const listing = await dataOf<Entity[]>(await osf.ask(year.links.upload.replace('?kind=file', '?meta=')))
  expect(listing.map(({ attributes }) => attributes.name)).toEqual(
    Array.from({ length: 25 }, (_, n) => `${n + 10}.txt`),
  )

  const names: string[] = []
  let next: string | null = `/v2/nodes/abcde/files/osfstorage/${year.id.split('/')[1] ?? ''}/`
  let pages = 0
  while (next) {
    const page = (await (await osf.ask(next)).json()) as {
      data: { attributes: { name: string } }[]
      links: { next: string | null; meta: { total: number; per_page: number } }
    }
    expect(page.links.meta).toEqual({ total: 25, per_page: 10 })
    names.push(...page.data.map(({ attributes }) => attributes.name))
    next = page.links.next
    pages += 1
  }
  expect(names).toHaveLength(25)
  expect(pages).toBe(3)
})

test('page[size] and the pinned API version are honoured', async () => {
  await using folder = await temporaryFolder()
  await using osf = await startTestOsf(folder.path, [], { otherStorages: ['dropbox', 'github', 's3'] })
  const answer = await osf.ask('/v2/nodes/abcde/files/?page[size]=3', {
    headers: { Accept: 'application/vnd.api+json;version=2.20' },
  })
  const page = (await answer.json()) as { data: unknown[]; meta: unknown; links: { next: string } }
  expect(page.data).toHaveLength(3)
  expect(page.meta).toEqual({ total: 4, per_page: 3 })
  expect(await dataOf<unknown[]>(await osf.ask(page.links.next))).toHaveLength(1)
})

test.each([
  ['a file by a path with a slash', 404, (file: string) => [`${STORAGE}${file}/?meta=`, {}]],
  [
    'a name for a path that is a file',
    400,
    (file: string) => [`${STORAGE}${file}?name=b`, { method: 'PUT', body: 'x' }],
  ],
  ['a name with a slash', 400, () => [`${STORAGE}?kind=file&name=a%2Fb`, { method: 'PUT', body: 'x' }]],
  ['no name for a new file', 400, () => [`${STORAGE}?kind=file`, { method: 'PUT', body: 'x' }]],
  ['another project', 404, () => ['/v1/resources/zzzzz/providers/osfstorage/?meta=', {}]],
  ['a file that there is not', 404, () => [`${STORAGE}0123456789abcdef01234567?meta=`, {}]],
  ['an API path without its slash', 301, () => ['/v2/nodes/abcde/files', {}]],
  ['a project that API v2 does not know', 404, () => ['/v2/nodes/zzzzz/files/', {}]],
  ['no token, at the API', 401, () => ['/v2/users/me/', { headers: { Authorization: '' } }]],
  ['a wrong token, at the API', 401, () => ['/v2/users/me/', { headers: { Authorization: 'Bearer x' } }]],
  ['a wrong token, at WaterButler', 403, () => [`${STORAGE}?meta=`, { headers: { Authorization: 'Bearer x' } }]],
] as [string, number, (fileId: string) => [string, RequestInit]][])(
  '%s is answered with %i',
  async (_, status, requestFor) => {
    await using folder = await temporaryFolder()
    await using osf = await startTestOsf(folder.path)
    const file = await dataOf<Entity>(await putNew(osf, 'a.txt', 'one'))
    expect((await osf.ask(...requestFor(file.id.split('/')[1] ?? ''))).status).toBe(status)
  },
)

test('an upload of unknown length is refused with 411', async () => {
  await using folder = await temporaryFolder()
  await using osf = await startTestOsf(folder.path)
  const body = new Blob(['one']).stream()
  const init: RequestInit & { duplex: 'half' } = { method: 'PUT', body, duplex: 'half' }
  const answer = await osf.ask(`${STORAGE}?kind=file&name=a.txt`, init)
  expect(answer.status).toBe(411)
  expect(await answer.json()).toEqual({ code: 411, message: 'Content-Length is required for file uploads' })
})

test('what is stored outlasts a restart, and lies in files/ for a person to see', async () => {
  await using folder = await temporaryFolder()
  let id = ''
  {
    await using osf = await startTestOsf(folder.path)
    const year = await dataOf<Entity>(await osf.ask(`${STORAGE}?kind=folder&name=2026`, { method: 'PUT' }))
    const file = await dataOf<Entity>(await osf.ask(`${year.links.upload}&name=a.txt`, { method: 'PUT', body: 'one' }))
    id = file.id
    await osf.ask(file.links.upload, { method: 'PUT', body: 'two' })
    const gone = await dataOf<Entity>(await putNew(osf, 'gone.txt', 'three'))
    expect((await osf.ask(gone.links.upload, { method: 'DELETE' })).status).toBe(204)
  }
  await appendFile(join(folder.path, 'changes.jsonl'), '{"change":"fol')
  await using osf = await startTestOsf(folder.path)
  const files = [{ path: '/2026/a.txt', bytes: 3, sha256: sha256('two'), version: 2 }]
  expect(osf.files()).toEqual(files)
  expect(await (await fetch(`${osf.url}/_simulator/files`)).json()).toEqual({ files })
  expect((await osf.ask(`/v1/resources/abcde/providers/${id}?meta=`)).status).toBe(200)
  expect(await readFile(join(folder.path, 'files/2026/a.txt'), 'utf8')).toBe('two')
  expect((await putNew(osf, 'b.txt', 'four')).status).toBe(201)
  await using again = await startTestOsf(folder.path)
  expect(again.files()).toEqual(osf.files())
})

test("a file that is made while another upload of its name is under way becomes that one's version 2", async () => {
  await using folder = await temporaryFolder()
  await using osf = await startTestOsf(folder.path)
  const slow = request(`${osf.url}${STORAGE}?kind=file&name=a.txt`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Length': 6, Expect: '100-continue' },
  })
  slow.flushHeaders()
  // The server has looked for the name by the time it asks for the body.
  await once(slow, 'continue')
  expect((await putNew(osf, 'a.txt', 'quick')).status).toBe(201)
  slow.end('slower')
  const [answer] = (await once(slow, 'response')) as [IncomingMessage]
  answer.resume()
  expect(answer.statusCode).toBe(200)
  expect(osf.files()).toEqual([{ path: '/a.txt', bytes: 6, sha256: sha256('slower'), version: 2 }])
})

test('too many lists a second get 429 with the seconds to wait', async () => {
  await using folder = await temporaryFolder()
  await using osf = await startTestOsf(folder.path, [], { rateLimits: { listsPerMinute: 2 } })
  const statuses: number[] = []
  for (let n = 0; n < 3; n++) {
    const answer = await osf.ask('/v2/nodes/abcde/files/')
    statuses.push(answer.status)
    if (answer.status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(50)
  }
  expect(statuses).toEqual([200, 200, 429])
})

test('too many requests of WaterButler get 429 in its own words', async () => {
  await using folder = await temporaryFolder()
  await using osf = await startTestOsf(folder.path, [], { rateLimits: { waterButlerPerHour: 1 } })
  expect((await osf.ask(`${STORAGE}?meta=`)).status).toBe(200)
  const answer = await osf.ask(`${STORAGE}?meta=`)
  expect(answer.status).toBe(429)
  expect(await answer.json()).toMatchObject({ error: 'API rate-limiting active due to too many requests' })
})

test('the token is asked for, but never told', async () => {
  await using folder = await temporaryFolder()
  await using osf = await startTestOsf(folder.path)
  await putNew(osf, 'a.txt', 'one')
  expect(osf.requests()).toEqual([`PUT ${STORAGE}?kind=file&name=a.txt /a.txt`])
  expect(osf.requests().join()).not.toContain(TOKEN)
})

test('a project can be asked for itself, and by its GUID, which leads there', async () => {
  await using folder = await temporaryFolder()
  await using osf = await startTestOsf(folder.path)
  const guid = await osf.ask('/v2/guids/abcde/')
  expect([guid.status, guid.headers.get('location')]).toEqual([302, `${osf.url}/v2/nodes/abcde/`])
  expect(await dataOf(await osf.ask('/v2/guids/abcde/?resolve=false'))).toMatchObject({ type: 'guids', id: 'abcde' })
  expect(await dataOf(await osf.ask('/v2/nodes/abcde/'))).toMatchObject({
    type: 'nodes',
    relationships: { files: { links: { related: { href: `${osf.url}/v2/nodes/abcde/files/` } } } },
  })
})

test('a part of a file comes with 206, its metadata with HEAD', async () => {
  await using folder = await temporaryFolder()
  await using osf = await startTestOsf(folder.path)
  const { links } = await dataOf<Entity>(await putNew(osf, 'a.txt', '0123456789'))
  const link = links.download ?? ''
  for (const [range, status, text] of [
    ['bytes=2-4', 206, '234'],
    ['bytes=7-', 206, '789'],
    ['bytes=-2', 206, '89'],
    ['lines=1-2', 200, '0123456789'],
  ] as const) {
    const answer = await osf.ask(link, { headers: { Range: range } })
    expect([range, answer.status, await answer.text()]).toEqual([range, status, text])
  }
  expect((await osf.ask(link, { headers: { Range: 'bytes=10-' } })).status).toBe(416)
  const head = await osf.ask(link, { method: 'HEAD' })
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '10', ''])
  const metadata = JSON.parse(head.headers.get('x-waterbutler-metadata') ?? '') as Entity
  expect(metadata.attributes.name).toBe('a.txt')
  expect((await osf.ask(STORAGE, { method: 'HEAD' })).status).toBe(501)
})

test('files and folders are renamed and moved, and a restart knows it', async () => {
  await using folder = await temporaryFolder()
  {
    await using osf = await startTestOsf(folder.path)
    const order = (link: string, what: object) =>
      osf.ask(link, { method: 'POST', body: JSON.stringify(what), headers: { 'Content-Type': 'application/json' } })
    const a = await dataOf<Entity>(await putNew(osf, 'a.txt', 'one'))
    const year = await dataOf<Entity>(await osf.ask(`${STORAGE}?kind=folder&name=2026`, { method: 'PUT' }))
    await putNew(osf, 'taken.txt', 'two')
    const link = a.links.download ?? ''
    expect((await order(link, { action: 'rename', rename: 'b.txt' })).status).toBe(201)
    expect((await order(link, { action: 'rename', rename: 'taken.txt' })).status).toBe(409)
    expect((await order(link, { action: 'rename', rename: 'taken.txt', conflict: 'keep' })).status).toBe(201)
    expect(osf.files().map(({ path }) => path)).toEqual(['/taken (1).txt', '/taken.txt'])
    expect((await order(link, { action: 'rename', rename: 'taken.txt', conflict: 'replace' })).status).toBe(200)
    expect((await order(link, { action: 'move', path: year.attributes.path })).status).toBe(201)
    for (const [what, status] of [
      [{ action: 'steal' }, 400],
      [{ action: 'move' }, 400],
      [{ action: 'rename' }, 400],
      [{ action: 'move', path: '/nowhere/' }, 404],
    ] as const)
      expect([what, (await order(link, what)).status]).toEqual([what, status])
    const yearLink = year.links.upload.replace(/\?.*/, '')
    expect((await order(yearLink, { action: 'move', path: year.attributes.path })).status).toBe(400)
    expect((await order(yearLink, { action: 'rename', rename: '2027' })).status).toBe(201)
    expect(await readFile(join(folder.path, 'files/2027/taken.txt'), 'utf8')).toBe('one')
  }
  await using osf = await startTestOsf(folder.path)
  expect(osf.files()).toMatchObject([{ path: '/2027/taken.txt', sha256: sha256('one') }])
})
