/** What a settings file says, section by section. */
export type Sections = Record<string, Record<string, string>>

export const FINGERPRINT = `SHA256:${'a'.repeat(43)}`

export const serverOne: Sections = {
  server: { number: '1', state_folder: 'state' },
  spool: { folder: 'spool', server_2_folder: 'spool-2' },
  vault: { folder: 'vault' },
}

export const serverTwo: Sections = {
  server: { number: '2', state_folder: 'state' },
  spool: { folder: 'spool' },
  sync: {
    host: 'one.example.org',
    user: 'collector',
    private_key_file: 'key',
    host_key: FINGERPRINT,
    remote_folder: 'spool-2',
  },
}

/** `sections` with what `changes` says in its place; an empty text takes a key away. */
export function changed(sections: Sections, changes: Sections): Sections {
  const names = [...new Set([...Object.keys(sections), ...Object.keys(changes)])]
  return Object.fromEntries(names.map((name) => [name, { ...sections[name], ...changes[name] }]))
}

export const iniText = (sections: Sections): string =>
  Object.entries(sections)
    .map(([name, keys]) =>
      [`[${name}]`, ...Object.entries(keys).map(([key, text]) => `${key} = ${text}`), ''].join('\n'),
    )
    .join('\n')
