import { logLevels } from '../log.js'
import {
  address,
  addresses,
  duration,
  fingerprint,
  flag,
  fullName,
  host,
  contact,
  license,
  names,
  oneOf,
  path,
  percent,
  port,
  secretFile,
  timezone,
  url,
  wholeNumber,
  word,
  words,
  xzPreset,
  type Value,
} from './value.js'

/** A key of the settings file. Without a default it may be left out, or is asked for where the server needs it. */
export interface Key<T, Default extends string | undefined = string | undefined> {
  readonly value: Value<T>
  readonly default: Default
}

const key = <T>(value: Value<T>): Key<T, undefined> => ({ value, default: undefined })
const withDefault = <T>(text: string, value: Value<T>): Key<T, string> => ({ value, default: text })

const secretKey = key(secretFile)

/** Every section and key that a settings file may have. */
export const keys = {
  server: {
    number: key(oneOf('1', '2')),
    redundant: withDefault('true', flag),
    timezone: withDefault('UTC', timezone),
    state_folder: key(path),
    log_level: withDefault('info', oneOf(...logLevels)),
  },
  x: {
    bearer_token_file: secretKey,
    base_url: withDefault('https://api.x.com', url),
    backfill_minutes: withDefault('5', wholeNumber(0, 5)),
    fields: withDefault('lean', oneOf('lean', 'full')),
    silence_minutes: withDefault('5', wholeNumber(1, 1440)),
  },
  spool: {
    folder: key(path),
    server_2_folder: key(path),
    late_minutes: withDefault('6', wholeNumber(1, 60)),
    reserve_mib: withDefault('64', wholeNumber(0, 4096)),
  },
  sync: {
    host: key(host),
    port: withDefault('22', port),
    user: key(word('a user name')),
    private_key_file: key(path),
    host_key: key(fingerprint),
    remote_folder: key(path),
    keep_days: withDefault('7', wholeNumber(0, 3650)),
  },
  vault: {
    folder: key(path),
    xz_preset: withDefault('6', xzPreset),
    threads: withDefault('0', wholeNumber(0, 256)),
    compressor: withDefault('auto', oneOf('auto', 'xz', 'lzma-native')),
    keep_raw: withDefault('false', flag),
  },
  process: {
    wait_for_server: withDefault('3h', duration(30)),
  },
  osf: {
    enabled: withDefault('false', flag),
    token_file: secretKey,
    project: key(word("the project's five letters and digits, as in https://osf.io/abcde", /^[a-z\d]{5,12}$/)),
    storage: withDefault('osfstorage', word('the name of a storage provider', /^[a-z\d]+$/)),
    base_url: withDefault('https://api.osf.io', url),
    basis: key(words('on what basis you share the IDs, in a sentence or two')),
    license: key(license),
    /** As it was spelled in earlier versions. */
    licence: key(license),
    creators: key(names),
    contact: key(contact),
    citation: key(words('how to cite the data set, in a sentence')),
    funding: key(words('who paid for it, in a sentence')),
    program_url: key(url),
    title: withDefault("Post IDs of X's sampled stream", words('a title')),
  },
  mail: {
    enabled: withDefault('false', flag),
    host: key(host),
    port: key(port),
    security: withDefault('starttls', oneOf('starttls', 'tls', 'none')),
    user: key(word('a user name')),
    password_file: secretKey,
    ca_file: key(path),
    ehlo_name: key(fullName),
    from: key(address),
    to: key(addresses),
  },
  alerts: {
    difference_percent: withDefault('5', percent),
    disk_free_percent: withDefault('10', percent),
  },
} as const satisfies Record<string, Record<string, Key<unknown>>>

type Keys = typeof keys
export type Section = keyof Keys

type ValueOf<K> = K extends Key<infer T, infer Default> ? (Default extends string ? T : T | undefined) : never

/** What all keys say, section by section; `undefined` where one without a default is left out. */
export type Values = { [S in Section]: { [K in keyof Keys[S]]: ValueOf<Keys[S][K]> } }

/** A section's keys, whatever the text; `undefined` where there is no such section. */
export const keysOf = (section: string): Readonly<Record<string, Key<unknown>>> | undefined =>
  Object.hasOwn(keys, section) ? keys[section as Section] : undefined

export const sectionNames = Object.keys(keys)
