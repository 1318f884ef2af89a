/** Makes a text fit for a cell, whatever column it is for. */
export type Cleaner = (text: string) => string

const LINE_BREAK = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g

/** Each line break of any kind becomes one space, so that a row is one line; CRLF is one line break. */
export const oneLine: Cleaner = (text) => text.replace(LINE_BREAK, ' ')

const clean: Cleaner = (text) => oneLine(text.toWellFormed().replaceAll('\0', ''))

/**
 * What the texts of one JSON line need: line breaks become spaces, a lone surrogate becomes U+FFFD and NUL is dropped. Valid
 * UTF-8 holds no surrogates and JSON no raw NUL, so that these two can only have come by one of these escapes.
 */
export const cleanerFor = (json: string): Cleaner => (/\\u(?:0000|d[89a-f])/i.test(json) ? clean : oneLine)

/** A string, number or boolean as text; empty for null, for what is absent, and for what is no single value. */
export function cellText(value: unknown, clean: Cleaner): string {
  if (typeof value === 'string') return clean(value)
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

/** An ID's text. One that came as a number is taken only where no digit of it can have been lost; else it is empty. */
export function idText(value: unknown, clean: Cleaner): string {
  if (typeof value === 'string') return clean(value)
  return isCount(value) ? String(value) : ''
}

/** A count as an integer's text. X sends some as strings (`"4"`); what is no whole number from 0 up is empty. */
export function countText(value: unknown): string {
  const count = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  return isCount(count) ? String(count) : ''
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
