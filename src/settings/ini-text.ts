import { unsafe } from 'ini'
import type { SettingsFault } from './settings-fault.js'

/** A key of an INI text as it was written: all values are text, an empty one is ''. */
export interface IniEntry {
  readonly section: string
  readonly key: string
  readonly value: string
  /** From 1. */
  readonly line: number
}

/**
 * The entries of an INI text, in order, and a fault for each line that can't be read for sure. `ini` reads the values
 * (escapes, comments after them); its own reading of whole files is not used, for it turns `true`, `null` and '5' into
 * values of other types, passes over lines that it does not know, lets the last of two equal keys win, and makes
 * sections within sections of dotted names.
 */
export function readIni(text: string): { entries: IniEntry[]; faults: SettingsFault[] } {
  const entries: IniEntry[] = []
  const faults: SettingsFault[] = []
  let section: string | undefined
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith(';') || line.startsWith('#')) continue
    const parsed = readLine(line)
    if (parsed.kind === 'section') section = parsed.name
    else if (parsed.kind === 'fault') faults.push(`line ${index + 1}: ${parsed.fault}`)
    else if (section === undefined) faults.push(`line ${index + 1}: ${parsed.key} stands before the first [section]`)
    else entries.push({ section, key: parsed.key, value: parsed.value, line: index + 1 })
  }
  return { entries, faults: [...faults, ...twice(entries)] }
}

type Line =
  { kind: 'section'; name: string } | { kind: 'entry'; key: string; value: string } | { kind: 'fault'; fault: string }

function readLine(line: string): Line {
  const name = /^\[([^\]]*)\]\s*(?:[;#].*)?$/.exec(line)?.[1]
  if (name !== undefined) return { kind: 'section', name: name.trim() }
  const split = line.indexOf('=')
  if (split < 1) return { kind: 'fault', fault: 'neither [section] nor key = value nor a comment' }
  return readEntry(line.slice(0, split).trim(), line.slice(split + 1).trim())
}

/** A value in quotes, as JSON has them or plain ones, and perhaps a comment. */
const QUOTED = /^(?:(?<double>"(?:[^"\\]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|'(?<single>[^']*)')\s*(?:[;#].*)?$/
/** A comment sign within a word: `ini` would cut the value off there. */
const GLUED = /^(?:\\.|[^\\;#])*[^\s\\;#][;#]/

function readEntry(key: string, raw: string): Line {
  const quoted = QUOTED.exec(raw)?.groups
  if (quoted) return { kind: 'entry', key, value: quoted['single'] ?? unsafe(quoted['double'] ?? '') }
  if (/^["']/.test(raw))
    return { kind: 'fault', fault: `${key}: quotes that don't close, or more than a comment after them` }
  if (GLUED.test(raw))
    return { kind: 'fault', fault: `${key}: ; and # begin a comment; put a value that has one into double quotes` }
  return { kind: 'entry', key, value: unsafe(raw) }
}

function twice(entries: readonly IniEntry[]): SettingsFault[] {
  const first = new Map<string, number>()
  return entries.flatMap(({ section, key, line }) => {
    const name = `[${section}] ${key}`
    const before = first.get(name)
    if (before === undefined) first.set(name, line)
    return before === undefined ? [] : [`${name}: stands twice, in lines ${before} and ${line}; keep one`]
  })
}
