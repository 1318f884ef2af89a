import { createHash, randomUUID } from 'node:crypto'
import { Refusal, type Answer } from './answer.js'
import { idPath, latestVersion, materializedPath } from './stored-entry.js'
import type { StoredEntry, StoredFile, StoredFolder, Version } from './stored-entry.js'

/** Whose answers they are: links begin with `origin`, entities name the project. */
export interface Resource {
  readonly origin: string
  readonly project: string
}

/** Shapes of WaterButler v1: waterbutler/core/metadata.py, waterbutler/providers/osfstorage/metadata.py. */
export function waterButlerEntity(entry: StoredEntry, resource: Resource): unknown {
  return entry.kind === 'file' ? fileEntity(entry, resource) : folderEntity(entry, resource)
}

function fileEntity(file: StoredFile, resource: Resource) {
  const version = latestVersion(file)
  const path = idPath(file)
  const number = file.versions.length
  const link = waterButlerLink(file, resource)
  return {
    id: `osfstorage${path}`,
    type: 'files',
    attributes: {
      extra: {
        guid: null,
        version: number,
        downloads: 0,
        checkout: null,
        latestVersionSeen: null,
        hashes: { md5: version.md5, sha256: version.sha256 },
      },
      kind: 'file',
      name: file.name,
      path,
      provider: 'osfstorage',
      materialized: materializedPath(file),
      etag: createHash('sha256').update(`osfstorage::${number}::${path}`).digest('hex'),
      contentType: null,
      ...modified(version),
      created_utc: null,
      size: version.bytes,
      sizeInt: version.bytes,
      resource: resource.project,
    },
    links: { move: link, upload: `${link}?kind=file`, delete: link, download: link },
  }
}

function folderEntity(folder: StoredFolder, resource: Resource) {
  const path = idPath(folder)
  const link = waterButlerLink(folder, resource)
  return {
    id: `osfstorage${path}`,
    type: 'files',
    attributes: {
      extra: {},
      kind: 'folder',
      name: folder.name,
      path,
      provider: 'osfstorage',
      materialized: materializedPath(folder),
      etag: createHash('sha256').update(`osfstorage::${path}`).digest('hex'),
      size: null,
      sizeInt: null,
      resource: resource.project,
    },
    links: { move: link, upload: `${link}?kind=file`, delete: link, new_folder: `${link}?kind=folder` },
  }
}

/** An element of `GET {file}?versions=`; `number` counts from 1. */
export function versionEntity(version: Version, number: number) {
  return {
    id: String(number),
    type: 'file_versions',
    attributes: {
      extra: { hashes: { md5: version.md5, sha256: version.sha256 } },
      version: number,
      versionIdentifier: 'version',
      ...modified(version),
    },
  }
}

export const waterButlerLink = (entry: StoredEntry, { origin, project }: Resource): string =>
  `${origin}/v1/resources/${project}/providers/osfstorage${idPath(entry)}`

const modified = ({ at }: Version) => ({
  modified: new Date(at).toISOString().replace('Z', '000+00:00'),
  modified_utc: new Date(at).toISOString().slice(0, 19) + '+00:00',
})

/** An error as WaterButler words it. */
export const waterButlerRefusal = (code: number, message: string): Refusal =>
  new Refusal({ status: code, json: { code, message } })

export const notFound = (path: string): Refusal =>
  waterButlerRefusal(404, `Could not retrieve file or directory ${path}`)

export const forbidden = (code: 401 | 403): Refusal =>
  new Refusal({
    status: code,
    json: {
      message_short: code === 401 ? 'Unauthorized' : 'Forbidden',
      message_long: 'You do not have permission to perform this action.',
      code,
      referrer: null,
    },
  })

/** A name that is taken: a file's entity comes with it since WaterButler 22.0.0, a folder's does not. */
export const nameTaken = (entry: StoredEntry, resource: Resource): Refusal =>
  new Refusal({
    status: 409,
    json: {
      message: `Cannot complete action: file or folder "${entry.name}" already exists in this location`,
      data: entry.kind === 'file' ? waterButlerEntity(entry, resource) : {},
    },
  })

/** A name that somebody else took after WaterButler had looked: OSF itself refuses it. */
export const folderMadeInBetween = (folder: StoredFolder): Refusal =>
  new Refusal({
    status: 409,
    json: {
      message_short: 'Unable to resolve',
      message_long: `Cannot create folder "${folder.name}" because a file or folder already exists at path "${materializedPath(folder)}"`,
      code: 409,
      referrer: null,
    },
  })

/** Every answer of WaterButler's carries an ID under which its makers find it in their logs. */
export const withRequestId = (answer: Answer): Answer => ({
  ...answer,
  headers: { ...answer.headers, 'X-WATERBUTLER-REQUEST-ID': randomUUID() },
})
