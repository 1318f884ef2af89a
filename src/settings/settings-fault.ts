import { ExitCode, OperatorError } from '../operator-error.js'
import { printable } from '../printable.js'

/** What is wrong with one setting, as a line for the operator. */
export type SettingsFault = string

/** Every fault of the settings, told at once. Nothing was begun. */
export class SettingsError extends OperatorError {
  readonly faults: readonly SettingsFault[]

  constructor(file: string, faults: readonly SettingsFault[]) {
    const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`
    super('', { exitCode: ExitCode.usage })
    this.message = [`${file} has ${count}:`, ...faults.map((fault) => `  ${printable(fault)}`)].join('\n')
    this.faults = faults
  }
}

/** `[x] fields` */
export const settingName = (section: string, key: string): string => `[${section}] ${key}`

/** `[x] fields: got "fat", wants lean or full` */
export const wrongValue = (setting: string, got: string, wants: string): SettingsFault =>
  `${setting}: got ${shown(got)}, wants ${wants}`

/** What was given, but nothing that may be a secret: a password in an address, a token where its file's path belongs. */
function shown(got: string): string {
  if (got === '') return 'nothing'
  if (/^[^\s/.]{40,}$/.test(got)) return `a word of ${got.length} letters`
  return JSON.stringify(got.replace(/\/\/[^/]*@/, '//(hidden)@'))
}
