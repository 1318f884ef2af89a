import type { Answer } from './answer.js'
import { Refusal } from './answer.js'
import { idPath, latestVersion, materializedPath } from './stored-entry.js'
import type { StoredEntry, StoredFile, StoredFolder } from './stored-entry.js'
import { waterButlerLink, type Resource } from './waterbutler-answers.js'

/** An error of API v2, in its JSON:API wording. */
export const apiRefusal = (status: number, detail: string, headers: Record<string, string> = {}): Refusal =>
  new Refusal({ status, json: { errors: [{ detail }] }, headers })

/** The project: `GET /v2/nodes/{project}/`, as far as clients of files look at it. */
export function nodeEntity({ origin, project }: Resource) {
  const self = `${origin}/v2/nodes/${project}/`
  const date = '2026-01-01T00:00:00.000000'
  return {
    id: project,
    type: 'nodes',
    attributes: {
      ...{ title: 'Simulated project', description: '', category: 'project', public: true, registration: false },
      ...{ date_created: date, date_modified: date, fork: false, collection: false, tags: [] },
      ...{ current_user_permissions: ['read', 'write', 'admin'], current_user_can_comment: true },
    },
    relationships: { files: related(`${self}files/`), parent: null, children: related(`${self}children/`) },
    links: { self, html: `${origin}/${project}/` },
  }
}

/** What a GUID stands for: `GET /v2/guids/{guid}/?resolve=false`; unless told so OSF redirects there. */
export const guidEntity = ({ origin, project }: Resource) => ({
  id: project,
  type: 'guids',
  relationships: {
    referent: { ...related(`${origin}/v2/nodes/${project}/`), data: { type: 'nodes', id: project } },
  },
  links: {},
})

/** A storage of the project: an element of `GET /v2/nodes/{project}/files/`. */
export function providerEntity(provider: string, { origin, project }: Resource) {
  const storage = `${origin}/v1/resources/${project}/providers/${provider}/`
  return {
    id: `${project}:${provider}`,
    type: 'files',
    attributes: { kind: 'folder', name: provider, path: '/', node: project, provider },
    relationships: { files: related(`${origin}/v2/nodes/${project}/files/${provider}/`) },
    links: {
      upload: storage,
      new_folder: `${storage}?kind=folder`,
      storage_addons: `${origin}/v2/addons/?filter%5Bcategories%5D=storage`,
    },
  }
}

export const apiEntity = (entry: StoredEntry, resource: Resource): unknown =>
  entry.kind === 'file' ? fileEntity(entry, resource) : folderEntity(entry, resource)

function fileEntity(file: StoredFile, resource: Resource) {
  const { sha256, md5, bytes, at } = latestVersion(file)
  const self = `${resource.origin}/v2/files/${file.id}/`
  return {
    id: file.id,
    type: 'files',
    attributes: {
      ...commonAttributes(file),
      checkout: null,
      size: bytes,
      date_modified: dateOf(at),
      date_created: dateOf(file.versions[0]?.at ?? at),
      extra: { hashes: { md5, sha256 }, downloads: 0 },
      current_version: file.versions.length,
    },
    relationships: {
      parent_folder: related(`${resource.origin}/v2/files/${file.parent.id}/`),
      versions: related(`${self}versions/`),
    },
    links: {
      ...linksOf(file, resource),
      download: `${resource.origin}/download/${file.id}/`,
      html: `${resource.origin}/${resource.project}/files/osfstorage/${file.id}`,
    },
  }
}

function folderEntity(folder: StoredFolder, resource: Resource) {
  const { origin, project } = resource
  return {
    id: folder.id,
    type: 'files',
    attributes: {
      ...commonAttributes(folder),
      size: null,
      date_modified: null,
      date_created: null,
      extra: { hashes: { md5: null, sha256: null } },
    },
    relationships: { files: related(`${origin}/v2/nodes/${project}/files/osfstorage${idPath(folder)}`) },
    links: { ...linksOf(folder, resource), new_folder: `${waterButlerLink(folder, resource)}?kind=folder` },
  }
}

const commonAttributes = (entry: StoredEntry) => ({
  guid: null,
  name: entry.name,
  kind: entry.kind,
  path: idPath(entry),
  provider: 'osfstorage',
  materialized_path: materializedPath(entry),
  last_touched: null,
  tags: [],
  current_user_can_comment: true,
  delete_allowed: true,
})

function linksOf(entry: StoredEntry, resource: Resource) {
  const self = `${resource.origin}/v2/files/${entry.id}/`
  const link = waterButlerLink(entry, resource)
  return { info: self, self, move: link, upload: link, delete: link }
}

const related = (href: string) => ({ links: { related: { href, meta: {} } } })

/** `2026-11-21T00:31:02.264000Z` */
const dateOf = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z')

/**
 * One page of a list. `page[size]` is 10 unless asked for, at most 100; since API version 2.1 the counts stand at the top.
 * @throws Refusal (404) for a page that there is not
 */
export function listAnswer(items: readonly unknown[], url: URL, apiVersion: number): Answer {
  const size = Math.min(Number(url.searchParams.get('page[size]') ?? 10) || 10, 100)
  const page = Number(url.searchParams.get('page') ?? 1)
  const pages = Math.max(Math.ceil(items.length / size), 1)
  if (!Number.isInteger(page) || page < 1 || page > pages) throw apiRefusal(404, 'Invalid page.')
  const meta = { total: items.length, per_page: size }
  const links = {
    first: page > 1 ? pageUrl(url, 1) : null,
    last: page < pages ? pageUrl(url, pages) : null,
    prev: page > 1 ? pageUrl(url, page - 1) : null,
    next: page < pages ? pageUrl(url, page + 1) : null,
  }
  const data = items.slice((page - 1) * size, page * size)
  const json =
    apiVersion < 2.1 ? { data, links: { ...links, meta } } : { data, meta, links: { self: url.href, ...links } }
  return { status: 200, json }
}

function pageUrl(url: URL, page: number): string {
  const other = new URL(url)
  other.searchParams.set('page', String(page))
  return other.href
}
