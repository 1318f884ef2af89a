import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import type { Answer } from './answer.js'
import type { Storage } from './storage.js'
import { latestVersion, materializedPath } from './stored-entry.js'
import type { StoredEntry, StoredFile, StoredFolder } from './stored-entry.js'
import { moveOrRename } from './waterbutler-move.js'
import {
  folderMadeInBetween,
  forbidden,
  nameTaken,
  notFound,
  versionEntity,
  waterButlerEntity,
  waterButlerRefusal,
  type Resource,
} from './waterbutler-answers.js'

/** A request for `/v1/resources/{project}/providers/osfstorage{path}`. */
export interface WaterButlerRequest {
  readonly method: string
  /** By ID, with the slash before it, and one behind it where it means a folder. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: Readable
  readonly resource: Resource
  /** 403 is WaterButler's word for a token that OSF does not know. */
  readonly access: 'granted' | 401 | 403
  /** Asked when it could happen: is this fault due now? */
  readonly isDue: (fault: 'folder-made-in-between' | 'wrong-hash') => boolean
}

/** WaterButler v1 before one project's osfstorage. Refusals are thrown. */
export async function answerWaterButler(request: WaterButlerRequest, storage: Storage): Promise<Answer> {
  if (request.method === 'PUT') checkPut(request)
  if (request.access !== 'granted') throw forbidden(request.access)
  const entry = storage.find(request.path)
  if (!entry) throw notFound(request.path)
  if (request.method === 'PUT') return put(request, entry, storage)
  if (request.method === 'GET') return get(request, entry, storage)
  if (request.method === 'HEAD') return head(request, entry)
  if (request.method === 'POST') return moveOrRename(request, entry, storage)
  if (request.method === 'DELETE' && entry !== storage.root) {
    storage.remove(entry)
    return { status: 204 }
  }
  throw waterButlerRefusal(405, 'Method Not Allowed')
}

/** What is refused before anything is looked up: waterbutler/server/api/v1/provider/create.py. */
function checkPut({ path, query, headers }: WaterButlerRequest): void {
  const kind = query.get('kind') ?? 'file'
  const name = query.get('name')
  if (kind !== 'file' && kind !== 'folder')
    throw waterButlerRefusal(400, `Kind must be file, folder or unspecified (interpreted as file), not ${kind}`)
  if (kind === 'folder' && Number(headers['content-length'] ?? 0) > 0)
    throw waterButlerRefusal(413, 'Folder creation requests may not have a body')
  if (kind === 'file' && headers['content-length'] === undefined)
    throw waterButlerRefusal(411, 'Content-Length is required for file uploads')
  if (path.endsWith('/')) checkName(name)
  else if (name !== null) throw waterButlerRefusal(400, "'name' parameter doesn't apply to actions on files")
  else if (kind === 'folder')
    throw waterButlerRefusal(409, 'Path must be a folder (and end with a "/") if trying to create a subfolder')
}

function checkName(name: string | null): void {
  if (name === null || name === '') throw waterButlerRefusal(400, 'Missing required parameter "name"')
  if (name.includes('/') || name.includes('\0') || name === '.' || name === '..')
    throw waterButlerRefusal(400, `"${name}" is not a valid name`)
}

async function put(request: WaterButlerRequest, entry: StoredEntry, storage: Storage): Promise<Answer> {
  if (entry.kind === 'file') {
    const received = await storage.content.receive(request.body)
    return storedFile(request, 200, storage.storeFile(entry.parent, entry.name, received))
  }
  const name = request.query.get('name') ?? ''
  return request.query.get('kind') === 'folder'
    ? putFolder(request, entry, name, storage)
    : putFile(request, entry, name, storage)
}

function putFolder(request: WaterButlerRequest, parent: StoredFolder, name: string, storage: Storage): Answer {
  const taken = storage.childFolder(parent, name)
  if (taken) throw nameTaken(taken, request.resource)
  const made = storage.makeFolder(parent, name)
  if (request.isDue('folder-made-in-between')) throw folderMadeInBetween(made)
  return stored(request, 201, made)
}

/** A name that is taken is refused before the body is read; one that is taken meanwhile becomes a new version. */
async function putFile(
  request: WaterButlerRequest,
  parent: StoredFolder,
  name: string,
  storage: Storage,
): Promise<Answer> {
  const taken = storage.childFile(parent, name)
  if (taken) throw nameTaken(taken, request.resource)
  const received = await storage.content.receive(request.body)
  const status = storage.childFile(parent, name) ? 200 : 201
  return storedFile(request, status, storage.storeFile(parent, name, received))
}

function storedFile(request: WaterButlerRequest, status: number, file: StoredFile): Answer {
  if (!request.isDue('wrong-hash')) return stored(request, status, file)
  const wrong = { ...latestVersion(file), sha256: '0'.repeat(64) }
  return stored(request, status, { ...file, versions: [...file.versions.slice(0, -1), wrong] })
}

const stored = ({ resource }: WaterButlerRequest, status: number, entry: StoredEntry): Answer => ({
  status,
  json: { data: waterButlerEntity(entry, resource) },
})

function get({ query, resource, headers }: WaterButlerRequest, entry: StoredEntry, storage: Storage): Answer {
  if (entry.kind === 'folder')
    return { status: 200, json: { data: storage.children(entry).map((child) => waterButlerEntity(child, resource)) } }
  if (query.has('meta')) return { status: 200, json: { data: waterButlerEntity(entry, resource) } }
  if (query.has('versions')) return { status: 200, json: { data: versionsOf(entry) } }
  const { sha256, bytes } = latestVersion(entry)
  const file = storage.content.pathOf(sha256)
  const range = rangeOf(headers.range, bytes)
  if (!range) return { status: 200, headers: { 'Content-Length': String(bytes), 'Accept-Ranges': 'bytes' }, file }
  const { start, end } = range
  if (start > end) throw waterButlerRefusal(416, 'Requested range not satisfiable')
  const part = { 'Content-Length': String(end - start + 1), 'Content-Range': `bytes ${start}-${end}/${bytes}` }
  return { status: 206, headers: part, file, range }
}

/** The bytes that a `Range` asks for: `bytes=2-5`, `bytes=2-`, `bytes=-3`; `undefined` for all of them, also where it is none. */
function rangeOf(header: string | undefined, bytes: number): { start: number; end: number } | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (first === '' && last === '') return undefined
  if (first === '') return { start: Math.max(bytes - Number(last), 0), end: bytes - 1 }
  return { start: Number(first), end: Math.min(last === '' ? bytes - 1 : Number(last), bytes - 1) }
}

/** A file's metadata as headers; of a folder WaterButler has none: waterbutler/server/api/v1/provider/metadata.py. */
function head({ resource }: WaterButlerRequest, entry: StoredEntry): Answer {
  if (entry.kind === 'folder') return { status: 501, html: '' }
  const { bytes, at } = latestVersion(entry)
  const metadata = JSON.stringify(waterButlerEntity(entry, resource))
  const headers = {
    'Content-Type': 'application/octet-stream',
    'Content-Length': String(bytes),
    'Last-Modified': new Date(at).toUTCString(),
    'X-Waterbutler-Metadata': metadata.replaceAll(
      /[^\x20-\x7e]/g,
      (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  }
  return { status: 200, headers, html: '' }
}

/** Newest first. */
const versionsOf = (file: StoredFile) =>
  file.versions.map((version, index) => versionEntity(version, index + 1)).reverse()

/** `/2026/11/21.txt` for what a request is about, whether by ID or by a name in a folder; for fault plans and logs. */
export function meantPath(storage: Storage, path: string, query: URLSearchParams): string {
  const entry = storage.find(path)
  return entry ? materializedPath(entry) + (query.get('name') ?? '') : path
}
