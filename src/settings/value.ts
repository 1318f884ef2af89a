import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import { z } from 'zod'

/** How a setting's text becomes its value; the description completes "wants …". */
export type Value<T> = z.ZodType<T>

const DURATION_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

export const oneOf = <const Choice extends string>(...choices: Choice[]): Value<Choice> =>
  z.enum(choices).describe(`${choices.slice(0, -1).join(', ')} or ${choices.at(-1) ?? ''}`)

export const flag: Value<boolean> = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .describe('true or false')

export const wholeNumber = (least: number, most: number): Value<number> =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.number().min(least).max(most))
    .describe(`a whole number from ${least} to ${most}`)

export const port = wholeNumber(1, 65_535)

export const xzPreset: Value<number | 'fast'> = z
  .union([z.literal('fast'), wholeNumber(0, 9)])
  .describe('a whole number from 0 to 9, or fast')

export const percent: Value<number> = z
  .string()
  .regex(/^\d{1,3}(\.\d+)?$/)
  .transform(Number)
  .pipe(z.number().max(100))
  .describe('a number from 0 to 100')

/** `90m`, in ms. */
export const duration = (mostDays: number): Value<number> =>
  z
    .string()
    .regex(/^\d{1,9}[smhd]$/)
    .transform((text) => Number(text.slice(0, -1)) * (DURATION_MS[text.slice(-1)] ?? NaN))
    .pipe(z.number().max(mostDays * 86_400_000))
    .describe(`a duration such as 90m, 3h or 2d, at most ${mostDays}d`)

/** A time zone by its IANA name; an offset such as +01:00 knows no summer time and is none. */
export const timezone: Value<string> = z
  .string()
  .refine((text) => /^[A-Za-z]/.test(text) && isTimezone(text))
  .describe('the IANA name of a time zone, such as UTC or Europe/Vienna')

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** A path; a relative one counts from the settings file. `~` is the shell's and would be taken as a name. */
export const path = z
  .string()
  .refine((text) => !text.startsWith('~') && !text.includes('\0'))
  .describe('a path, without ~')

/** A long word without a slash or dot is no path but the secret itself, put in the wrong place. */
export const secretFile: Value<string> = path
  .refine((text) => text.length < 40 || /[/.]/.test(text))
  .describe('the path of a file that holds the secret, not the secret')

export const host: Value<string> = z
  .string()
  // As in a URL: an IPv6 address in brackets, a name with the dot of the root.
  .transform((text) => text.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, ''))
  .refine((text) => isIP(text) > 0 || /^[a-z\d]([a-z\d._-]*[a-z\d])?$/i.test(text))
  .describe('a host name or an IP address, without a port')

/** What a machine calls itself to a mail server: a name with a dot, or an address in brackets (RFC 5321, 4.1.3). */
export const fullName: Value<string> = z
  .string()
  .refine((text) => /^[a-z\d-]+(\.[a-z\d-]+)+$/i.test(text) || isIP(/^\[(?:IPv6:)?(.*)\]$/.exec(text)?.[1] ?? '') > 0)
  .describe('a full host name such as server1.example.org')

/** http or https; without user and password, which would come to be shown, and without a slash at the end. */
export const url: Value<string> = z
  .string()
  .refine((text) => /^https?:\/\//i.test(text) && URL.canParse(text) && !/[@?#\\\s]/.test(text))
  .transform((text) => text.replace(/\/+$/, ''))
  .describe('an address such as https://api.example.org, without user, password and query')

export const fingerprint: Value<string> = z
  .string()
  .regex(/^SHA256:[A-Za-z\d+/]{43}$/)
  .describe('a fingerprint as ssh-keygen -lf prints it: SHA256: and 43 letters')

export const word = (wants: string, shape = /^[^\s]+$/): Value<string> => z.string().regex(shape).describe(wants)

/** Free text for people, on one line. */
export const words = (wants: string): Value<string> => z.string().max(2000).describe(wants)

/** What a data package takes: the name of a licence as opendefinition.org and SPDX have it, or the address of its text. */
export const license: Value<string> = z
  .string()
  .refine((text) => /^[A-Za-z\d][\w.+-]*$/.test(text) || (/^https?:/.test(text) && URL.canParse(text)))
  .describe('the identifier of a licence, such as CC0-1.0, or the address of its text')

const ADDRESS = /^[^\s@<>,]+@[^\s@<>,]+$/

/** Names of people and institutions. */
export const names: Value<string[]> = z
  .string()
  .max(2000)
  .transform((text) => text.split(',').map((name) => name.trim()))
  .refine((found) => found.every((name) => name !== ''))
  .describe('names with commas between them')

export const contact: Value<string> = z
  .string()
  .refine((text) => ADDRESS.test(text) || (/^https?:/.test(text) && URL.canParse(text)))
  .describe('a mail address, or the address of a page')

/**
 * `a@example.org` or `A Name <a@example.org>`, which every mail server takes: before the @ in ASCII (others need SMTPUTF8,
 * RFC 6531, of every server on the way), the domain one that has a form in ASCII. The name may have any letters.
 */
export const address: Value<string> = z
  .string()
  .refine((text) => isMailable(/^[^<>,]*<([^<>]*)>$/.exec(text)?.[1] ?? text))
  .describe('a mail address such as collector@example.org, before the @ in ASCII')

function isMailable(bare: string): boolean {
  const [local = '', domain = ''] = bare.split(/@(?=[^@]*$)/)
  return ADDRESS.test(bare) && isAscii(local) && (isAscii(domain) || domainToASCII(domain) !== '')
}

const isAscii = (text: string): boolean => /^[\x21-\x7e]+$/.test(text)

export const addresses: Value<string[]> = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine((parts) => parts.every((part) => address.safeParse(part).success))
  .describe('mail addresses with commas between them, before the @ in ASCII')
