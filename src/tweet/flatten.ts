import { isAscii, isUtf8 } from 'node:buffer'
import { cellText, cleanerFor, countText, idText, type Cleaner } from './cell.js'
import { cellIndex, columns, type Column } from './columns.js'
import { firstText, firstUsable, memberPaths } from './member-path.js'
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
function toRow(payload: Payload, clean: Cleaner): Row {
  const references = readReferences(payload.tweet, clean)
  const cells = cellReaders.map((read) => read(payload, references, clean))
  return { id: payload.id, cells, retrievedMs: retrievedMs(cells[cellIndex.retrieved_at] ?? '') }
}

type CellReader = (payload: Payload, references: readonly Reference[], clean: Cleaner) => string

const converters = { ID: idText, time: cellText, text: cellText, flag: cellText, count: countText } as const

function readerOf(column: Column): CellReader {
  const paths = memberPaths(column)
  const convert = converters[column.type]
  switch (column.kind) {
    case 'value':
      return (payload, _, clean) => firstUsable(payload, paths, (value) => convert(value, clean))
    case 'whole text':
      return (payload, _, clean) => clean(firstText(payload, paths))
    case 'reference type':
      return (_, [first]) => first?.type ?? 'original'
    case 'reference ID':
      return (_, [first]) => first?.id ?? ''
    case 'references':
      return (_, references) => references.map(({ type, id }) => `${type}:${id}`).join(' ')
  }
}

const cellReaders = columns.map(readerOf)

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
