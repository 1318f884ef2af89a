/**
 * JSON as X sends it: compact, `/` as it is, characters of the basic plane raw, those beyond it as two escapes with
 * upper-case hexadecimal digits. Measured on recorded answers of the API.
 */
export function wireJson(value: unknown): string {
  const json = JSON.stringify(value)
  return /[\ud800-\udbff]/.test(json) ? json.replace(/[\u{10000}-\u{10ffff}]/gu, escapePair) : json
}

const escapePair = (character: string): string => escape(character.charCodeAt(0)) + escape(character.charCodeAt(1))

const escape = (unit: number): string => `\\u${unit.toString(16).toUpperCase()}`
