import { mix } from '../seeded.js'
import type { Tweet } from './tweet.js'

const ENTITY = /(?<link>https:\/\/t\.co\/\w+)|#(?<tag>[\p{L}\p{M}\p{N}_]+)|@(?<username>\w+)/gu

/** Links, hashtags and mentions of a text, with their places in code points; `undefined` where it has none. */
export function entitiesOf(tweet: Tweet, text: string): Record<string, unknown[]> | undefined {
  const found: Record<string, unknown[]> = {}
  for (const match of text.matchAll(ENTITY)) {
    const place = placeOf(text, match)
    const { link, tag, username } = match.groups ?? {}
    if (link) (found['urls'] ??= []).push({ ...place, url: link, ...linkTarget(tweet, link) })
    else if (tag) (found['hashtags'] ??= []).push({ ...place, tag })
    else (found['mentions'] ??= []).push({ ...place, username, id: mentionedId(tweet, username) })
  }
  return Object.keys(found).length > 0 ? found : undefined
}

function placeOf(text: string, { index, 0: whole }: RegExpExecArray): { start: number; end: number } {
  const start = codePoints(text.slice(0, index))
  return { start, end: start + codePoints(whole) }
}

const codePoints = (text: string): number => Array.from(text).length

const mentionedId = (tweet: Tweet, username: string | undefined) =>
  tweet.mentioned.find((author) => author.username === username)?.id

function linkTarget(tweet: Tweet, link: string): Record<string, unknown> {
  const article = `example.org/${mix(tweet.key, link.length).toString(36)}`
  return {
    expanded_url: `https://${article}?utm_source=twitter&utm_medium=social`,
    display_url: article,
    status: 200,
    title: 'A page that somebody wanted others to read',
    description: 'Its first lines, as far as they go, and then “three dots” …',
    unwound_url: `https://${article}`,
  }
}
