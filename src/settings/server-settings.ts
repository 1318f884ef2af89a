import { dirname, resolve } from 'node:path'
import { DAY_MS, MINUTE_MS } from '../utc.js'
import type { GivenSettings } from './given.js'
import { keysOf, type Section, type Values } from './keys.js'
import type { MailSettings, OsfSettings, Settings, SyncSettings, VaultSettings } from './settings.js'
import { settingName, wrongValue, type SettingsFault } from './settings-fault.js'

const MAIL_PORT = { starttls: 587, tls: 465, none: 25 } as const

/**
 * What this server needs of the values, under the names and in the units of the code, and a fault for each that it
 * needs and has not. The settings are whole only where there is no fault.
 */
export function serverSettings(
  file: string,
  values: Values,
  given: GivenSettings,
): { settings: Settings; faults: SettingsFault[] } {
  const faults: SettingsFault[] = []
  const need: Need = (section, key, why) => {
    const setting = settingName(section, key)
    if (!given.has(setting))
      faults.push(wrongValue(setting, '', `${keysOf(section)?.[key]?.value.description ?? ''} (${why})`))
    return values[section][key] as NonNullable<Values[typeof section][typeof key]>
  }
  const { server, x, spool, osf, mail, alerts } = values
  const paths = pathsFrom(dirname(file))
  const number = Number(need('server', 'number', 'which of the two servers this is')) as 1 | 2
  const first = number === 1
  const settings: Settings = {
    file,
    server: {
      number,
      redundant: server.redundant,
      timezone: server.timezone,
      stateFolder: paths.of(need('server', 'state_folder', 'what the program keeps for itself')),
      logLevel: server.log_level,
    },
    x: {
      bearerTokenFile: paths.ofOptional(x.bearer_token_file),
      baseUrl: x.base_url,
      backfillMinutes: x.backfill_minutes,
      fields: x.fields,
      silenceMs: x.silence_minutes * MINUTE_MS,
    },
    spool: {
      folder: paths.of(need('spool', 'folder', 'where this server collects')),
      server2Folder:
        first && server.redundant
          ? paths.of(need('spool', 'server_2_folder', 'where server 2 pushes its minutes to'))
          : undefined,
      lateMs: spool.late_minutes * MINUTE_MS,
      reserveBytes: spool.reserve_mib * 2 ** 20,
    },
    sync: number === 2 ? syncSettings(values, need, paths) : undefined,
    vault: first ? vaultSettings(values, need, paths) : undefined,
    process: { waitForServerMs: values.process.wait_for_server },
    osf: osf.enabled ? osfSettings(values, need, paths) : undefined,
    mail: mail.enabled ? mailSettings(values, need, paths) : undefined,
    alerts: { differencePercent: alerts.difference_percent, diskFreePercent: alerts.disk_free_percent },
  }
  if (osf.license !== undefined && osf.licence !== undefined)
    faults.push(wrongValue('[osf] licence', osf.licence, 'to be left out, for license is given'))
  return { settings, faults }
}

type Need = <S extends Section, K extends keyof Values[S] & string>(
  section: S,
  key: K,
  why: string,
) => NonNullable<Values[S][K]>

type Paths = ReturnType<typeof pathsFrom>

/** Relative paths count from `folder`. A path that is needed and missing stays as it is: it has its fault already. */
function pathsFrom(folder: string) {
  const ofOptional = (path: string | undefined) => (path === undefined ? undefined : resolve(folder, path))
  return { ofOptional, of: (path: string): string => ofOptional(path) ?? path }
}

function syncSettings({ sync }: Values, need: Need, paths: Paths): SyncSettings {
  const why = 'server 2 pushes its minutes to server 1'
  return {
    host: need('sync', 'host', why),
    port: sync.port,
    user: need('sync', 'user', why),
    privateKeyFile: paths.of(need('sync', 'private_key_file', why)),
    hostKey: need('sync', 'host_key', 'so that nobody else can play server 1; ssh-keygen -lf prints it there'),
    remoteFolder: need('sync', 'remote_folder', "server 1's [spool] server_2_folder"),
    keepMs: sync.keep_days * DAY_MS,
  }
}

function vaultSettings({ vault }: Values, need: Need, paths: Paths): VaultSettings {
  return {
    folder: paths.of(need('vault', 'folder', 'where server 1 keeps the archive')),
    xzPreset: vault.xz_preset,
    threads: vault.threads,
    compressor: vault.compressor,
    keepRaw: vault.keep_raw,
  }
}

function osfSettings({ osf }: Values, need: Need, paths: Paths): OsfSettings {
  return {
    tokenFile: paths.ofOptional(osf.token_file),
    project: need('osf', 'project', '[osf] enabled = true'),
    storage: osf.storage,
    baseUrl: osf.base_url,
    basis: need(
      'osf',
      'basis',
      "X's developer policy restricts who may be given how many IDs; see settings.example.ini",
    ),
    license: osf.license ?? osf.licence,
    title: osf.title,
    creators: osf.creators ?? [],
    contact: osf.contact,
    citation: osf.citation,
    funding: osf.funding,
    programUrl: osf.program_url,
  }
}

function mailSettings({ mail }: Values, need: Need, paths: Paths): MailSettings {
  const why = '[mail] enabled = true'
  return {
    host: need('mail', 'host', why),
    port: mail.port ?? MAIL_PORT[mail.security],
    security: mail.security,
    user: mail.user,
    passwordFile: paths.ofOptional(mail.password_file),
    caFile: paths.ofOptional(mail.ca_file),
    ehloName: mail.ehlo_name,
    from: need('mail', 'from', why),
    to: need('mail', 'to', why),
  }
}
