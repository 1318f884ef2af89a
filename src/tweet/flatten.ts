import { isAscii, isUtf8 } from 'node:buffer'
import { cellText, cleanerFor, countText, idText, type Cleaner } from './cell.js'
import { asList, asObject, readPayload, Unusable, type JsonObject, type Payload } from './payload.js'
import { retrievedMs, type Row } from './row.js'

/** A line of a minute file: the ID of its tweet, and its row for whoever needs that; or, in a few words, why it has none. */
type ReadLine =
  { readonly kind: 'tweet'; readonly id: string; row(): Row } | { readonly kind: 'rejected'; readonly reason: string }

/**
 * Read a line of a minute file, given without its line end. The whole of it must be valid, also where only the ID is
 * wanted: a text that looks like JSON, or half a line, never passes for a tweet. Never throws.
 */
export function readLine(line: Buffer): ReadLine {
  try {
    const json = decode(line)
    const payload = readPayload(parse(json))
    return { kind: 'tweet', id: payload.id, row: () => toRow(payload, cleanerFor(json)) }
  } catch (error) {
    if (error instanceof Unusable) return { kind: 'rejected', reason: error.message }
    throw error
  }
}

function decode(line: Buffer): string {
  if (isAscii(line)) return line.toString('latin1')
  if (isUtf8(line)) return line.toString('utf8')
  throw new Unusable('not valid UTF-8')
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw new Unusable('not valid JSON')
  }
}

/** The cells stand in the order of `rowColumns`. */
function toRow({ id, tweet, author, retrievedAt }: Payload, clean: Cleaner): Row {
  const retrieved = cellText(retrievedAt, clean)
  const references = readReferences(tweet, clean)
  const metrics = asObject(author?.public_metrics)
  const cells = [
    id,
    idText(tweet.conversation_id, clean),
    idText(tweet.author_id, clean),
    cellText(tweet.created_at, clean),
    retrieved,
    cellText(tweet.source, clean),
    cellText(tweet.lang, clean),
    clean(wholeText(tweet)),
    references[0]?.type ?? 'original',
    references[0]?.id ?? '',
    cellText(author?.created_at, clean),
    cellText(author?.location, clean),
    cellText(author?.name, clean),
    cellText(author?.username, clean),
    cellText(author?.verified, clean),
    cellText(author?.protected, clean),
    countText(metrics?.followers_count),
    countText(metrics?.following_count),
    countText(metrics?.tweet_count) || countText(metrics?.post_count),
    countText(metrics?.listed_count),
    references.map(({ type, id }) => `${type}:${id}`).join(' '),
  ]
  return { id, cells, retrievedMs: retrievedMs(retrieved) }
}

/** A long post has its whole text in `note_tweet`, or under the newer name; `text` is then cut. */
function wholeText(tweet: JsonObject): string {
  const texts = [asObject(tweet.note_tweet)?.text, asObject(tweet.note_post)?.text, tweet.text]
  return (texts.find((text) => typeof text === 'string' && text !== '') as string | undefined) ?? ''
}

interface Reference {
  readonly type: string
  readonly id: string
}

function readReferences(tweet: JsonObject, clean: Cleaner): Reference[] {
  const references = listedReferences(tweet.referenced_tweets, clean)
  return references.length > 0 ? references : listedReferences(tweet.referenced_posts, clean)
}

/** In X's order. The model's collector wrote `{"type":"original","id":null}` where there is none. */
function listedReferences(list: unknown, clean: Cleaner): Reference[] {
  return asList(list)
    .map((item) => asObject(item))
    .map((item) => ({ type: cellText(item?.type, clean), id: idText(item?.id, clean) }))
    .filter(({ type, id }) => type !== 'original' && (type !== '' || id !== ''))
}
