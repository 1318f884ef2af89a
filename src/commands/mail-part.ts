import { loadMailPart, loadSettings, type MailPart, type SettingsSource } from '../settings/load-settings.js'
import type { Settings } from '../settings/settings.js'
import { SettingsError } from '../settings/settings-fault.js'

/**
 * What it takes to mail somebody, also of settings that have faults elsewhere, so that these are told; `undefined` where mail is off.
 * @throws SettingsError where that part has faults itself
 */
export async function mailPart(source: SettingsSource): Promise<(MailPart & Partial<Settings>) | undefined> {
  try {
    const { mail, ...settings } = await loadSettings(source)
    return mail && { ...settings, mail }
  } catch (error) {
    const sound = error instanceof SettingsError ? await loadMailPart(source) : undefined
    if (!sound) throw error
    return sound
  }
}
