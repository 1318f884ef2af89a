import { z } from 'zod'

/** A folder at OSF, as WaterButler addresses it. */
export interface RemoteFolder {
  readonly kind: 'folder'
  readonly name: string
  /** `/2026/11/`, `/` */
  readonly path: string
  /** Lists it (GET) and takes new files (PUT); has an ID in it and a slash at the end. */
  readonly url: URL
}

/** A file at OSF. */
export interface RemoteFile {
  readonly kind: 'file'
  readonly name: string
  /** `/2026/11/21/2026-11-21_13_IDs.txt.xz` */
  readonly path: string
  /** Tells about it (GET) and takes a new version (PUT). */
  readonly url: URL
  /** `undefined` where OSF has not hashed it, or its storage, an add-on, tells none. */
  readonly sha256: string | undefined
  /** Add-ons may tell this one instead. */
  readonly md5?: string | undefined
  readonly bytes?: number | undefined
}

export type RemoteEntry = RemoteFile | RemoteFolder

/** An entity of WaterButler v1, as far as it is needed. */
const entitySchema = z.object({
  attributes: z.object({
    kind: z.enum(['file', 'folder']),
    name: z.string(),
    materialized: z.string(),
    sizeInt: z.number().nullish(),
    extra: z
      .object({ hashes: z.object({ sha256: z.string().nullish(), md5: z.string().nullish() }).nullish() })
      .nullish(),
  }),
  links: z.object({ upload: z.url() }),
})

const oneSchema = z.object({ data: entitySchema })
const listSchema = z.object({ data: z.array(entitySchema) })

/** A storage of the project as API v2 lists it, and the next page of that list. */
const providersSchema = z.object({
  data: z.array(z.object({ attributes: z.object({ provider: z.string() }), links: z.object({ upload: z.url() }) })),
  links: z.object({ next: z.url().nullish() }),
})

const roomSchema = z.object({
  data: z.object({
    attributes: z.object({ storage_usage: z.coerce.number().nullish(), storage_limit_status: z.string() }),
  }),
})

/** How full a project's storage is, by OSF's own count, which may be a day old. */
export interface StorageRoom {
  readonly usedBytes: number | undefined
  /** `NOT_CALCULATED`, `DEFAULT`, `APPROACHING_PRIVATE`, `OVER_PRIVATE`, `APPROACHING_PUBLIC`, `OVER_PUBLIC` (osf.io's source). */
  readonly status: string
}

/** `undefined` where the answer is none. */
export function parseRoom(json: unknown): StorageRoom | undefined {
  const attributes = roomSchema.safeParse(json).data?.data.attributes
  return attributes && { usedBytes: attributes.storage_usage ?? undefined, status: attributes.storage_limit_status }
}

/** The entity in an answer, `undefined` where it is none. Links in answers to `from` never leave TLS. */
export function parseEntry(json: unknown, from: URL): RemoteEntry | undefined {
  const parsed = oneSchema.safeParse(json)
  return parsed.success ? remoteEntry(parsed.data.data, from) : undefined
}

/** The entities of a folder's listing, `undefined` where the answer is none. */
export function parseListing(json: unknown, from: URL): RemoteEntry[] | undefined {
  const parsed = listSchema.safeParse(json)
  return parsed.success ? parsed.data.data.map((entity) => remoteEntry(entity, from)) : undefined
}

/** The storages on a page of API v2's list, and where the next page is; `undefined` where the answer is none. */
export function parseProviders(json: unknown, from: URL) {
  const parsed = providersSchema.safeParse(json)
  if (!parsed.success) return undefined
  const { data, links } = parsed.data
  return {
    storages: data.map((entry) => ({
      kind: 'folder' as const,
      name: entry.attributes.provider,
      path: '/',
      url: withoutQuery(entry.links.upload, from),
    })),
    next: links.next ? safeLink(links.next, from) : undefined,
  }
}

function remoteEntry({ attributes, links }: z.infer<typeof entitySchema>, from: URL): RemoteEntry {
  const { kind, name, materialized: path, extra, sizeInt } = attributes
  const url = withoutQuery(links.upload, from)
  return kind === 'folder'
    ? { kind, name, path, url }
    : {
        ...{ kind, name, path, url, bytes: sizeInt ?? undefined },
        sha256: hashOf(extra?.hashes?.sha256, 64),
        md5: hashOf(extra?.hashes?.md5, 32),
      }
}

/** S3 calls `md5-parts` an MD5, which is none. */
const hashOf = (text: string | null | undefined, digits: number): string | undefined =>
  text?.length === digits && /^[\da-f]+$/i.test(text) ? text.toLowerCase() : undefined

/** WaterButler's links differ in what query they already have (`?kind=file`, none), so each request sets its own. */
function withoutQuery(link: string, from: URL): URL {
  const url = safeLink(link, from)
  url.search = ''
  return url
}

/** A server behind a proxy may think that it is asked by http; the token follows its links by https all the same. */
function safeLink(link: string, from: URL): URL {
  const url = new URL(link)
  if (from.protocol === 'https:') url.protocol = 'https:'
  url.username = ''
  url.password = ''
  return url
}
