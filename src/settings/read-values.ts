import type { GivenSettings } from './given.js'
import { keys, type Key, type Values } from './keys.js'
import { settingName, wrongValue, type SettingsFault } from './settings-fault.js'

/**
 * The given texts as values, and a fault for each that is none. In place of a faulty value stands the default, so that
 * the rest can still be looked at.
 */
export function readValues(given: GivenSettings): { values: Values; faults: SettingsFault[] } {
  const faults: SettingsFault[] = []
  const read = (section: string, name: string, key: Key<unknown>): unknown => {
    const text = given.get(settingName(section, name))
    const result = text && key.value.safeParse(text.text)
    if (result?.success) return result.data
    if (text) faults.push(wrongValue(text.name, text.text, key.value.description ?? ''))
    return key.default === undefined ? undefined : key.value.parse(key.default)
  }
  const values = Object.entries<Record<string, Key<unknown>>>(keys).map(([section, sectionKeys]) => [
    section,
    Object.fromEntries(Object.entries(sectionKeys).map(([name, key]) => [name, read(section, name, key)])),
  ])
  // Key by key `read` gives what `Values` says; the compiler can't follow it through the entries.
  return { values: Object.fromEntries(values) as Values, faults }
}
