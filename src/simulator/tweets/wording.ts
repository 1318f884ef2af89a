import { fraction, happens, mix, pick } from '../seeded.js'
import { Draw } from './draws.js'
import { emoji, languages, type Language } from './languages.js'

const SHARES = languages.reduce((sum, { share }) => sum + share, 0)
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** What now and then stands between two phrases instead of the language's own gap. */
const RARE_GAPS = ['\n', '\n', '\n', '\n\n', '\n\n', ', ', ' “', '\t', '\r\n', '\u2028', ' " ', '\u0085']
/** X has been seen to send NUL. */
const ODDITIES = ['\u0000', '\u200f', '\ufeff']

/** The language of what a key writes; most often a common one. */
export function languageOf(key: number): Language {
  let left = fraction(key, Draw.language) * SHARES
  return languages.find(({ share }) => (left -= share) < 0) ?? (languages[0] as Language)
}

/** A post's own words, with emoji, hashtags and links as they fall; `phrases` is how many it is made of. */
export function wording(language: Language, key: number, phrases: number): string {
  let text = ''
  for (let phrase = 0; phrase < phrases; phrase += 1) {
    const phraseKey = mix(key, Draw.wording + (phrase << 8))
    if (phrase > 0)
      text += happens(0.12, phraseKey, Draw.separator) ? pick(RARE_GAPS, phraseKey, Draw.oddity) : language.gap
    text += pick(language.phrases, phraseKey, Draw.wording)
  }
  if (happens(0.05, key, Draw.quotes)) text = `"${text}"`
  if (happens(0.3, key, Draw.emoji)) text += ` ${pick(emoji, key, Draw.wording)}`
  if (happens(0.2, key, Draw.hashtag)) text += hashtags(language, key)
  if (happens(0.0005, key, Draw.oddity)) text += pick(ODDITIES, key, Draw.wording)
  if (happens(0.3, key, Draw.link)) text += ` ${shortLink(key)}`
  return text
}

/** How many phrases an ordinary post has: few, seldom many. */
export const phraseCount = (key: number): number => 1 + Math.floor(fraction(key, Draw.length) ** 2 * 7)

/** Cut to `length` UTF-16 units at most, with an ellipsis where something is missing; no character is halved. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text
  const end = (text.charCodeAt(length - 2) & 0xfc00) === 0xd800 ? length - 2 : length - 1
  return `${text.slice(0, end)}…`
}

/** `https://t.co/` and ten characters. */
export function shortLink(key: number): string {
  let link = 'https://t.co/'
  for (let place = 0; place < 10; place += 1) link += BASE62.charAt(mix(key, place) % 62)
  return link
}

function hashtags({ hashtags: known }: Language, key: number): string {
  if (known.length === 0) return ''
  const first = ` ${pick(known, key, Draw.hashtag)}`
  return happens(0.3, key, Draw.length) ? `${first} ${pick(known, key, Draw.source)}` : first
}
