import { describe, expect, test } from 'vitest'
import { simulated, startMs } from './simulated.js'

type Answer = { status: number; type: string | null; body: Record<string, never> }

async function get(url: string, init: RequestInit = {}): Promise<Answer> {
  const answer = await fetch(url, init)
  const body = (await answer.json()) as Record<string, never>
  return { status: answer.status, type: answer.headers.get('content-type'), body }
}

const bearer = { headers: { authorization: 'Bearer token-1' } }

describe('a look-up of tweets by ID', () => {
  test('gives the tweets that the stream brought, what they refer to once, and an error for every other ID', async () => {
    await using world = await simulated()
    const ids = [...world.x.idsMadeBetween(startMs - 5000, startMs)].slice(0, 20)
    const missing = String(BigInt(ids[0] ?? '0') + 2n)
    const query = `ids=${[...ids, missing].join(',')}&expansions=author_id,referenced_tweets.id&tweet.fields=created_at`
    const { status, body } = await get(`${world.x.url}/2/tweets?${query}`, bearer)
    expect(status).toBe(200)
    const { data, includes, errors } = body as unknown as {
      data: { id: string; created_at: string }[]
      includes: { users: { id: string }[] }
      errors: { resource_id: string }[]
    }
    expect(data.map(({ id }) => id)).toEqual(ids)
    expect(Date.parse(data[0]?.created_at ?? '')).toBeLessThan(startMs)
    const users = includes.users.map(({ id }) => id)
    expect(new Set(users).size).toBe(users.length)
    expect(errors.map(({ resource_id }) => resource_id)).toContain(missing)
  })

  test('wants a token, and from one to a hundred IDs', async () => {
    await using world = await simulated()
    const url = `${world.x.url}/2/tweets`
    expect(await get(`${url}?ids=1`)).toMatchObject({
      status: 401,
      type: expect.stringMatching(/^application\/problem\+json/) as string,
    })
    for (const ids of ['', 'abc', Array(101).fill('1').join(',')])
      expect(await get(`${url}?ids=${ids}`, bearer)).toMatchObject({ status: 400, body: { title: 'Invalid Request' } })
    expect(await get(`${url}?ids=1&pages=2`, bearer)).toMatchObject({ status: 400 })
  })
})

test('the keys of an application are exchanged for its bearer token', async () => {
  await using world = await simulated()
  const exchange = (keys: string, body = 'grant_type=client_credentials') =>
    get(`${world.x.url}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(keys)}`, 'content-type': 'application/x-www-form-urlencoded' },
      body,
    })
  expect(await exchange('simulated-key-2:simulated-secret')).toMatchObject({
    status: 200,
    body: { token_type: 'bearer', access_token: 'token-2' },
  })
  expect(await exchange('simulated-key-9:simulated-secret')).toMatchObject({ status: 403 })
  expect(await exchange('simulated-key-1:wrong')).toMatchObject({ status: 403 })
  expect(await exchange('simulated-key-1:simulated-secret', '')).toMatchObject({ status: 403 })
})
