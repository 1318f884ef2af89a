import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkedSettings, loadSettings } from '../../src/settings/load-settings.js'
import { SettingsError } from '../../src/settings/settings-fault.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { changed, FINGERPRINT, iniText, serverOne, serverTwo, type Sections } from './settings-text.js'

const check = (sections: Sections, env: NodeJS.ProcessEnv = {}) =>
  checkedSettings('/etc/collector/settings.ini', iniText(sections), env)

function faults(sections: Sections, env: NodeJS.ProcessEnv = {}): readonly string[] {
  try {
    check(sections, env)
  } catch (error) {
    if (error instanceof SettingsError) return error.faults
    throw error
  }
  return []
}

const withMail = (mail: Record<string, string>) =>
  changed(serverOne, {
    mail: { enabled: 'true', host: 'mail.example.org', from: 'a@example.org', to: 'b@example.org', ...mail },
  })

test('the least that server 1 needs gives all the rest its default', () => {
  expect(check(serverOne)).toEqual({
    file: '/etc/collector/settings.ini',
    server: { number: 1, redundant: true, timezone: 'UTC', logLevel: 'info', stateFolder: '/etc/collector/state' },
    x: {
      bearerTokenFile: undefined,
      baseUrl: 'https://api.x.com',
      backfillMinutes: 5,
      fields: 'lean',
      silenceMs: 300_000,
    },
    spool: {
      folder: '/etc/collector/spool',
      server2Folder: '/etc/collector/spool-2',
      lateMs: 360_000,
      reserveBytes: 64 * 2 ** 20,
    },
    sync: undefined,
    vault: { folder: '/etc/collector/vault', xzPreset: 6, threads: 0, compressor: 'auto', keepRaw: false },
    process: { waitForServerMs: 10_800_000 },
    osf: undefined,
    mail: undefined,
    alerts: { differencePercent: 5, diskFreePercent: 10 },
  })
})

test('the least that server 2 needs has no vault, and a sync section', () => {
  const settings = check(serverTwo)
  expect(settings.vault).toBeUndefined()
  expect(settings.spool.server2Folder).toBeUndefined()
  expect(settings.sync).toEqual({
    host: 'one.example.org',
    port: 22,
    user: 'collector',
    privateKeyFile: '/etc/collector/key',
    hostKey: FINGERPRINT,
    remoteFolder: 'spool-2',
    keepMs: 604_800_000,
  })
})

test('a single server needs no folder for a second one', () => {
  const alone = changed(serverOne, { server: { redundant: 'false' }, spool: { server_2_folder: '' } })
  expect(check(alone).spool.server2Folder).toBeUndefined()
})

test('sections of the other server may stand in the file: they are checked, and not used', () => {
  const both = changed(serverTwo, { vault: { folder: 'vault' }, spool: { server_2_folder: 'spool-2' } })
  expect(check(both).vault).toBeUndefined()
  expect(faults(changed(both, { vault: { threads: 'many' } }))).toEqual([
    '[vault] threads: got "many", wants a whole number from 0 to 256',
  ])
})

test('mail and OSF are there where they are enabled', () => {
  const settings = check(
    changed(
      withMail({ security: 'tls', user: 'me', password_file: 'pw', ca_file: 'ca.pem', to: 'b@x.org, C <c@x.org>' }),
      {
        osf: {
          enabled: 'true',
          project: 'abcde',
          token_file: '/run/token',
          base_url: 'http://127.0.0.1:8000/',
          basis: 'for science',
        },
      },
    ),
  )
  expect(settings.mail).toEqual({
    host: 'mail.example.org',
    port: 465,
    security: 'tls',
    user: 'me',
    passwordFile: '/etc/collector/pw',
    caFile: '/etc/collector/ca.pem',
    from: 'a@example.org',
    to: ['b@x.org', 'C <c@x.org>'],
  })
  expect(settings.osf).toEqual({
    tokenFile: '/run/token',
    project: 'abcde',
    storage: 'osfstorage',
    baseUrl: 'http://127.0.0.1:8000',
    basis: 'for science',
    license: undefined,
    creators: [],
    contact: undefined,
    citation: undefined,
    funding: undefined,
    programUrl: undefined,
    title: "Post IDs of X's sampled stream",
  })
})

test.each([
  ['starttls', 587],
  ['tls', 465],
  ['none', 25],
])('a mail server with security %s is looked for at port %i', (security, port) => {
  expect(check(withMail({ security })).mail?.port).toBe(port)
})

test('names and domains of mail addresses may have any letters', () => {
  const to = 'Jürgen Müller <j@münchen.example>, a@[192.0.2.1]'
  expect(check(withMail({ to })).mail?.to).toEqual(to.split(', '))
})

test('nothing in the settings can be changed, however deep', () => {
  const settings = check(withMail({}))
  expect(() => Object.assign(settings, { file: 'x' })).toThrow(TypeError)
  expect(() => Object.assign(settings.spool, { folder: 'x' })).toThrow(TypeError)
  expect(() => (settings.mail?.to as string[]).push('x')).toThrow(TypeError)
})

test('five different faults give five clear lines at once, and exit code 2', () => {
  const broken = changed(serverOne, {
    server: { number: '3', timezone: 'CET+1' },
    x: { fields: 'fat' },
    spool: { late_minute: '6', folder: '' },
  })
  expect(faults(broken)).toEqual([
    '[spool] late_minute: there is no such key; did you mean late_minutes?',
    '[server] number: got "3", wants 1 or 2',
    '[server] timezone: got "CET+1", wants the IANA name of a time zone, such as UTC or Europe/Vienna',
    '[x] fields: got "fat", wants lean or full',
    '[spool] folder: got nothing, wants a path, without ~ (where this server collects)',
  ])
  expect(() => check(broken)).toThrow(expect.objectContaining({ name: 'SettingsError', exitCode: 2 }))
  expect(() => check(broken)).toThrow(/^\/etc\/collector\/settings.ini has 5 faults:\n( {2}.+\n?){5}$/)
})

test('lines that are no settings are told together with wrong values', () => {
  const text = `${iniText(changed(serverOne, { x: { backfill_minutes: '9' } }))}\n[alerts]\nnonsense\n`
  expect(() => checkedSettings('s.ini', text, {})).toThrow(/line \d+: neither[^]*\[x\] backfill_minutes: got "9"/)
})

test('what a server needs is told for its role', () => {
  expect(faults({ server: { number: '1', state_folder: 's' } })).toEqual([
    expect.stringMatching(/^\[spool\] folder: got nothing/),
    expect.stringMatching(/^\[spool\] server_2_folder: got nothing/),
    expect.stringMatching(/^\[vault\] folder: got nothing/),
  ])
  const missing = faults({ server: { number: '2', state_folder: 's' }, spool: { folder: 'f' } })
  expect(missing.map((fault) => fault.split(':')[0])).toEqual([
    '[sync] host',
    '[sync] user',
    '[sync] private_key_file',
    '[sync] host_key',
    '[sync] remote_folder',
  ])
  const enabled = changed(serverOne, { mail: { enabled: 'true' }, osf: { enabled: 'true' } })
  expect(faults(enabled).map((fault) => fault.split(':')[0])).toEqual([
    '[osf] project',
    '[osf] basis',
    '[mail] host',
    '[mail] from',
    '[mail] to',
  ])
})

test('an empty file asks for the number first, and for nothing that depends on it', () => {
  expect(faults({}).map((fault) => fault.split(':')[0])).toEqual([
    '[server] number',
    '[server] state_folder',
    '[spool] folder',
  ])
})

test('a value that is needed and wrong is told once', () => {
  expect(faults(changed(serverTwo, { sync: { host_key: 'SHA256:short', host: 'one:22' } }))).toEqual([
    '[sync] host: got "one:22", wants a host name or an IP address, without a port',
    '[sync] host_key: got "SHA256:short", wants a fingerprint as ssh-keygen -lf prints it: SHA256: and 43 letters',
  ])
})

test.each([
  ['server', 'redundant', 'yes'],
  ['server', 'timezone', '+01:00'],
  ['server', 'state_folder', '~/state'],
  ['x', 'base_url', 'api.x.com'],
  ['x', 'base_url', 'https://api.x.com/?a=b'],
  ['x', 'backfill_minutes', '6'],
  ['x', 'silence_minutes', '0'],
  ['x', 'silence_minutes', '1e2'],
  ['spool', 'late_minutes', '-1'],
  ['sync', 'port', '70000'],
  ['sync', 'user', 'two words'],
  ['vault', 'xz_preset', '6.5'],
  ['vault', 'compressor', 'gzip'],
  ['process', 'wait_for_server', '3'],
  ['process', 'wait_for_server', '31d'],
  ['osf', 'project', 'https://osf.io/abcde'],
  ['osf', 'licence', 'do what you like'],
  ['osf', 'license', 'do what you like'],
  ['osf', 'creators', 'Jane Doe, , An Institute'],
  ['osf', 'contact', 'the third door on the left'],
  ['mail', 'from', 'nobody'],
  ['mail', 'to', 'a@example.org,,b@example.org'],
  // Without SMTPUTF8 no server takes them.
  ['mail', 'from', 'jürgen@example.org'],
  ['mail', 'to', 'a@example.org, Jürgen <jürgen@example.org>'],
  ['mail', 'to', 'a@exa%mple.ö'],
  ['alerts', 'difference_percent', '101'],
  ['alerts', 'difference_percent', '5%'],
])('[%s] %s = %s is refused', (section, key, text) => {
  const told = faults(changed(serverOne, { [section]: { [key]: text } }))
  expect(told).toEqual([`[${section}] ${key}: got ${JSON.stringify(text)}, wants ${told[0]?.split('wants ')[1] ?? ''}`])
})

test.each([
  ['90m', 5_400_000],
  ['2d', 172_800_000],
  ['0s', 0],
  ['30d', 2_592_000_000],
])('a wait of %s is %i ms', (text, ms) => {
  expect(check(changed(serverOne, { process: { wait_for_server: text } })).process.waitForServerMs).toBe(ms)
})

test('unknown sections and keys are faults, each told once and with the name that was probably meant', () => {
  expect(
    faults(changed(serverOne, { vaults: { a: '1', b: '2' }, nonsense: { a: '1' }, x: { __proto__x: '1' } })),
  ).toEqual([
    '[vaults]: there is no such section; did you mean [vault]?',
    '[nonsense]: there is no such section',
    '[x] __proto__x: there is no such key',
  ])
  const text = `${iniText(serverOne)}\n[__proto__]\na = 1\n[x]\nconstructor = 2\n[server.more]\nnumber = 1`
  expect(() => checkedSettings('s.ini', text, {})).toThrow(
    /\[__proto__\]: there is[^]*\[x\] constructor: there is[^]*\[server.more\]: there is/,
  )
})

test('no secret that stands in the wrong place is shown', () => {
  const token =
    'AAAAAAAAAAAAAAAAAAAAAMLheAAAAAAA0%2BuSeid%2BULvsea4JtiGRiSDSJSI%3DEUifiRBkKG5E2XzMDjRfl76ZC9Ub0wnz4XsNiRVBChTYbJcE3F'
  const misplaced = changed(serverOne, {
    x: { bearer_token_file: token, bearer_token: 'hunter2', base_url: 'https://me:hunter2@api.x.com' },
  })
  const told = faults(misplaced, { COLLECTOR_MAIL_PASSWORDS: 'hunter2' })
  expect(told).toHaveLength(4)
  expect(told.join('\n')).not.toMatch(/hunter2|AAAA|%2B/)
})

test('values that contradict each other are faults', () => {
  expect(faults(changed(serverTwo, { server: { redundant: 'false' } }))).toEqual([
    '[server] number: got "2", wants 1 where [server] redundant = false',
  ])
  expect(faults(changed(serverOne, { vault: { folder: './spool/' } }))).toEqual([
    '[vault] folder: got "/etc/collector/spool", wants a folder other than that of [spool] folder',
  ])
  expect(faults(withMail({ security: 'none', user: 'me' }))).toEqual([
    '[mail] security: got "none", wants starttls or tls, for there is a password to send',
  ])
  expect(faults(withMail({ security: 'none', user: 'me', host: '127.0.0.1' }))).toEqual([])
  expect(faults(withMail({ password_file: 'pw' }))).toEqual([
    '[mail] user: got nothing, wants the user whose password it is',
  ])
})

test('the environment replaces what the file says, and is named in faults', () => {
  const settings = check(serverOne, {
    COLLECTOR_SPOOL_SERVER_2_FOLDER: '/srv/two',
    COLLECTOR_X_FIELDS: 'full',
    COLLECTOR_VAULT_FOLDER: '',
  })
  expect(settings.spool.server2Folder).toBe('/srv/two')
  expect(settings.x.fields).toBe('full')
  expect(settings.vault?.folder).toBe('/etc/collector/vault')
  expect(
    faults(serverOne, { COLLECTOR_X_FIELDS: 'fat', COLLECTOR_X_FELDS: 'full', COLLECTOR_SERVR_NUMBER: '1' }),
  ).toEqual([
    'COLLECTOR_X_FELDS: [x] felds: there is no such key; did you mean fields?',
    'COLLECTOR_SERVR_NUMBER: [servr]: there is no such section; did you mean [server]?',
    '[x] fields (from COLLECTOR_X_FIELDS): got "fat", wants lean or full',
  ])
})

test('variables that are no settings are let be', () => {
  const env = {
    COLLECTOR_SETTINGS: 'a',
    COLLECTOR_CLOCK: 'b',
    COLLECTOR_LOG: 'json',
    COLLECTOR_X_BEARER_TOKEN: 'c',
    COLLECTOR_OSF_TOKEN: 'd',
    COLLECTOR_MAIL_PASSWORD: 'e',
    COLLECTOR_HOME: '/opt/collector',
    COLLECTOR_SERVICE_HOST: '10.0.0.1',
  }
  expect(faults(serverOne, env)).toEqual([])
})

test('the flag comes before the variable, and the variable before the file in the working folder', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await mkdir(join(cwd, 'conf'))
  for (const name of ['settings.ini', 'variable.ini', 'conf/flag.ini'])
    await writeFile(join(cwd, name), iniText(serverOne))
  const env = { COLLECTOR_SETTINGS: 'variable.ini' }
  const flagged = await loadSettings({ flag: 'conf/flag.ini', env, cwd })
  expect(flagged.file).toBe(join(cwd, 'conf/flag.ini'))
  expect(flagged.spool.folder).toBe(join(cwd, 'conf/spool'))
  expect((await loadSettings({ env, cwd })).file).toBe(join(cwd, 'variable.ini'))
  expect((await loadSettings({ env: {}, cwd })).file).toBe(join(cwd, 'settings.ini'))
})

test('a settings file that is not there is one line that says what to do, exit code 2', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await expect(loadSettings({ flag: 'none.ini', env: {}, cwd })).rejects.toMatchObject({
    exitCode: 2,
    message: `the settings file ${join(cwd, 'none.ini')} can't be read (ENOENT): check its path and permissions`,
  })
  await expect(loadSettings({ env: {}, cwd })).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(/there is no settings file .*copy settings.example.ini/) as string,
  })
})

test.each([
  ['[x] base_url', { x: { base_url: 'http://api.example.org' } }],
  ['[x] base_url', { x: { base_url: 'http://127.0.0.1.example.org' } }],
  ['[x] base_url', { x: { base_url: 'HTTP://localhost.example.org' } }],
  [
    '[osf] base_url',
    {
      osf: { enabled: 'true', project: 'abcde', basis: 'a test', base_url: 'http://osf.example.org', token_file: 't' },
    },
  ],
])('a plain http address that a token would be sent to is a fault: %s', (setting, change) => {
  expect(() => check(changed(serverOne, change))).toThrow(new RegExp(`\\${setting}: got .*, wants https://`))
})

test.each([
  'http://127.0.0.1:8080',
  'http://localhost',
  'http://LOCALHOST.',
  'http://[::1]:80',
  'http://127.9.9.9',
  'http://127.1',
])('what is sent to %s stays on this machine', (address) => {
  expect(check(changed(serverOne, { x: { base_url: address } })).x.baseUrl).toBe(address)
})

test.each(['http:example.org', 'https:\\\\example.org', 'https://exa mple.org', 'https://example.org/?a'])(
  'the address "%s" is none',
  (address) => {
    expect(() => check(changed(serverOne, { x: { base_url: address } }))).toThrow('[x] base_url: got')
  },
)

test('a password goes in the clear to this machine alone', () => {
  const mail = {
    enabled: 'true',
    from: 'a@example.org',
    to: 'b@example.org',
    security: 'none',
    user: 'u',
    password_file: 'p',
  }
  for (const host of ['127.0.0.2', '[::1]', 'localhost.'])
    expect(check(changed(serverOne, { mail: { ...mail, host } })).mail?.security).toBe('none')
  for (const host of ['mail.example.org', '10.0.0.1', '::2', 'localhost.example.org'])
    expect(() => check(changed(serverOne, { mail: { ...mail, host } }))).toThrow('[mail] security: got "none"')
})

test('a host may be written as in an address: in brackets, with the dot of the root', () => {
  const mail = { enabled: 'true', from: 'a@example.org', to: 'b@example.org', host: '[2001:db8::1]' }
  expect(check(changed(serverOne, { mail })).mail?.host).toBe('2001:db8::1')
  expect(check(changed(serverOne, { mail: { ...mail, host: 'Mail.example.org.' } })).mail?.host).toBe(
    'Mail.example.org',
  )
})

test('a line that is not UTF-8 is a fault with its number', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'settings.ini')
  const text = Buffer.from(iniText(serverOne))
  await writeFile(file, Buffer.concat([Buffer.from('; one\n; two \xe9\n', 'latin1'), text]))
  await expect(loadSettings({ flag: file, env: {}, cwd: '/' })).rejects.toThrow('line 2: is not UTF-8')
  await writeFile(file, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), text]))
  expect((await loadSettings({ flag: file, env: {}, cwd: '/' })).server.number).toBe(1)
})

test('what never ends is no settings file', async () => {
  await expect(loadSettings({ flag: '/dev/zero', env: {}, cwd: '/' })).rejects.toThrow('more than 1 MiB')
})

test('for a unit of systemd a folder that does not last is a fault, by hand it is good enough', () => {
  const sections = changed(serverOne, {
    spool: { folder: '/tmp/spool', server_2_folder: '/tmpfiles' },
    vault: { folder: '/var/tmp/a' },
    server: { state_folder: '/srv/../tmp/state' },
  })
  const text = iniText(sections)
  expect(checkedSettings('/etc/collector/settings.ini', text, { SYSTEMD_EXEC_PID: '1' }).spool.folder).toBe(
    '/tmp/spool',
  )
  const env = { SYSTEMD_EXEC_PID: String(process.pid) }
  expect(() => checkedSettings('/etc/collector/settings.ini', text, env)).toThrow(
    /3 faults:[^]*state_folder[^]*spool\] folder[^]*vault/,
  )
})
