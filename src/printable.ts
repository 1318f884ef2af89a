/**
 * What must not reach a terminal, a log or a mail as it is: control characters, which move the cursor, set colours and
 * begin lines; format characters such as U+202E, which turn text round; the line ends of Unicode; half characters.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu
const UNPRINTABLE_BUT_LINES = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** Enough of any message; a stranger's may be endless. */
const LONGEST_TEXT = 4000

/**
 * Somebody else's text (X's, a mail server's, the name of a file) as a part of one line: what can't be printed is shown
 * as `\u001b`, line breaks as `\n`, and of what is longer than `most` characters the beginning.
 */
export function printable(text: string, most = LONGEST_TEXT): string {
  const kept = text.length > most ? `${text.slice(0, most)}… (${text.length} characters)` : text
  return kept.replace(UNPRINTABLE, (character) => SHORT[character] ?? escaped(character))
}

/**
 * Text of several lines on its way out: the line breaks and tabs are ours, all else that can't be printed is shown as
 * `\u001b`. JSON stays JSON with the same values, for there such a character stands only within a text.
 */
export const printableLines = (text: string): string => text.replace(UNPRINTABLE_BUT_LINES, escaped)

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** As JSON escapes it: by its UTF-16 units. */
const escaped = (character: string): string =>
  Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('')
