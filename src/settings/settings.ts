import type { LogLevel } from '../log.js'

/** The checked settings of one server, frozen. Sections that this server has no use for are `undefined`. */
export interface Settings {
  /** Where they were read. */
  readonly file: string
  readonly server: {
    readonly number: 1 | 2
    readonly redundant: boolean
    /** IANA name; only for when a mail goes out and how times are shown to a person. */
    readonly timezone: string
    readonly stateFolder: string
    /** The least that is logged. */
    readonly logLevel: LogLevel
  }
  readonly x: XSettings
  readonly spool: {
    readonly folder: string
    /** Where server 1 finds what server 2 has pushed; only on server 1 of two. */
    readonly server2Folder: string | undefined
    readonly lateMs: number
    /** Room that is kept for sealing on a full disk; 0 for none. */
    readonly reserveBytes: number
  }
  /** Only on server 2. */
  readonly sync: SyncSettings | undefined
  /** Only on server 1. */
  readonly vault: VaultSettings | undefined
  readonly process: { readonly waitForServerMs: number }
  /** Only where enabled. */
  readonly osf: OsfSettings | undefined
  /** Only where enabled. */
  readonly mail: MailSettings | undefined
  readonly alerts: { readonly differencePercent: number; readonly diskFreePercent: number }
}

export interface XSettings {
  readonly bearerTokenFile: string | undefined
  readonly baseUrl: string
  /** 0 to 5; 0 never asks for backfill. */
  readonly backfillMinutes: number
  readonly fields: 'lean' | 'full'
  readonly silenceMs: number
}

export interface SyncSettings {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly privateKeyFile: string
  /** Fingerprint as `ssh-keygen -lf` prints it: `SHA256:` and base64 without padding. */
  readonly hostKey: string
  readonly remoteFolder: string
  readonly keepMs: number
}

export interface VaultSettings {
  readonly folder: string
  readonly xzPreset: number | 'fast'
  /** 0: as many as there are cores. */
  readonly threads: number
  readonly compressor: 'auto' | 'xz' | 'lzma-native'
  readonly keepRaw: boolean
}

export interface OsfSettings {
  readonly tokenFile: string | undefined
  readonly project: string
  readonly storage: string
  readonly baseUrl: string
  /** On what basis the IDs are shared; stands in the published description. */
  readonly basis: string
  /** An identifier such as `CC0-1.0`, or an address. */
  readonly license: string | undefined
  readonly title: string
  /** Names, as they are to be published. */
  readonly creators: readonly string[]
  /** A mail address, or the address of a page. */
  readonly contact: string | undefined
  /** How to cite the data set. */
  readonly citation: string | undefined
  readonly funding: string | undefined
  /** Where this program is to be had. */
  readonly programUrl: string | undefined
}

export interface MailSettings {
  readonly host: string
  readonly port: number
  readonly security: 'starttls' | 'tls' | 'none'
  readonly user: string | undefined
  readonly passwordFile: string | undefined
  /** PEM file of a certificate authority to trust besides the system's, for a mail server with its own certificate. */
  readonly caFile: string | undefined
  /** What this machine calls itself; `undefined`: its own full name, or the sender's domain. */
  readonly ehloName: string | undefined
  readonly from: string
  readonly to: readonly string[]
}
