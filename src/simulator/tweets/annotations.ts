import { happens, mix, pick, whole } from '../seeded.js'
import { Draw } from './draws.js'

const DOMAINS = [
  {
    id: '46',
    name: 'Business Taxonomy',
    description: 'Categories within Brand Verticals that narrow down the scope of Brands',
  },
  {
    id: '30',
    name: 'Entities [Entity Service]',
    description: 'Entity Service top level domain, every item that is in Entity Service should be in this domain',
  },
  { id: '131', name: 'Unified Twitter Taxonomy', description: 'A taxonomy of user interests. ' },
  { id: '10', name: 'Person', description: 'Named people in the world like Nelson Mandela' },
  { id: '47', name: 'Brand', description: 'Brands and Companies' },
]
const TOPICS = [
  'Technology',
  'K-pop',
  'Football',
  'Music',
  'Politics',
  'Video games',
  'Anime & manga',
  'Weather',
  'News',
]

/** What X takes a post to be about; `undefined` for most posts. */
export function annotationsOf(key: number): unknown[] | undefined {
  if (!happens(0.4, key, Draw.annotations)) return undefined
  return Array.from({ length: 1 + whole(key, Draw.annotations + 1000, 5) }, (_, place) => {
    const name = pick(TOPICS, mix(key, place), Draw.annotations)
    return {
      domain: pick(DOMAINS, mix(key, place), Draw.reference),
      entity: { id: String(847_868_745_150_119_936n + BigInt(name.length)), name, description: `All about ${name}` },
    }
  })
}
