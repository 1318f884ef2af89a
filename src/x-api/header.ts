/** Headers as undici gives them: names in lower case, a list where one came several times. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>

/** The items of a header that is a list, in lower case, whether they came in one line or in several (RFC 9110, 5.6.1). */
export const listIn = (headers: Headers, name: string): string[] =>
  [headers[name] ?? []]
    .flat()
    .flatMap((value) => value.split(','))
    .map((item) => item.trim().toLowerCase())
    .filter((item) => item !== '')

/** The media type without its parameters, in lower case (RFC 9110, 8.3.1); '' where none is named. */
export const mediaType = (headers: Headers): string =>
  (listIn(headers, 'content-type')[0] ?? '').split(';')[0]?.trim() ?? ''

/** Whole seconds, as retry-after and the like have them; `undefined` for anything else. */
export function secondsIn(headers: Headers, name: string): number | undefined {
  const value = [headers[name]].flat()[0]?.trim()
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined
}

/** A date in ms since 1970, as HTTP writes it (RFC 9110, 5.6.7). */
export function dateIn(headers: Headers, name: string): number | undefined {
  const value = [headers[name]].flat()[0]?.trim()
  const ms = value !== undefined && /^[A-Z][a-z]+,? /.test(value) ? Date.parse(value) : NaN
  return Number.isNaN(ms) ? undefined : ms
}
