import type { VaultSettings } from '../../src/settings/settings.js'

/** Settings of a vault in `folder`, quick ones. */
export const vaultSettings = (folder: string, changed: Partial<VaultSettings> = {}): VaultSettings => ({
  folder,
  xzPreset: 1,
  threads: 2,
  compressor: 'auto',
  keepRaw: false,
  ...changed,
})
