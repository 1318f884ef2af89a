import type { Answer } from './answer.js'
import { apiEntity, apiRefusal, guidEntity, listAnswer, nodeEntity, providerEntity } from './api-answers.js'
import type { Storage } from './storage.js'
import { waterButlerLink, type Resource } from './waterbutler-answers.js'

/** A GET of `/v2/…`. */
export interface ApiRequest {
  readonly url: URL
  readonly accept: string
  readonly resource: Resource
  readonly access: 'granted' | 'no-token' | 'wrong-token'
  /** `storage_limit_status` of the project. */
  readonly limitStatus: string
  /** Other storages connected to the project, listed before osfstorage. */
  readonly otherStorages: readonly string[]
}

/** API v2, as far as files need it. Refusals are thrown. */
export function answerApi(request: ApiRequest, storage: Storage): Answer {
  const { url, access } = request
  // Django redirects before it looks at anything else.
  if (!url.pathname.endsWith('/')) {
    const location = new URL(url)
    location.pathname += '/'
    return { status: 301, html: '', headers: { Location: location.href } }
  }
  if (access === 'no-token') throw apiRefusal(401, 'Authentication credentials were not provided.')
  if (access === 'wrong-token') throw apiRefusal(401, 'User provided an invalid OAuth2 access token')
  if (url.pathname.startsWith('/download/')) return downloadAnswer(url.pathname.split('/')[2] ?? '', request, storage)
  const [kind, id, ...rest] = url.pathname.split('/').slice(2, -1)
  if (kind === 'users' && id === 'me') return userAnswer
  if (kind === 'files' && id !== undefined && rest.length === 0) return fileAnswer(id, request, storage)
  if (kind === 'guids' && id === request.resource.project && rest.length === 0) return guidAnswer(request)
  if (kind === 'nodes' && id === request.resource.project) return nodeAnswer(rest, request, storage)
  throw apiRefusal(404, 'Not found.')
}

const userAnswer: Answer = {
  status: 200,
  json: { data: { id: 'simul', type: 'users', attributes: { full_name: 'Simulated Account', active: true } } },
}

function nodeAnswer([part, provider, folderId, ...rest]: string[], request: ApiRequest, storage: Storage): Answer {
  const version = Number(/version=([\d.]+)/.exec(request.accept)?.[1] ?? 2)
  if (part === undefined) return { status: 200, json: { data: nodeEntity(request.resource) } }
  if (part === 'storage' && provider === undefined) return storageAnswer(request, storage)
  if (part === 'files' && provider === undefined) {
    const providers = [...request.otherStorages, 'osfstorage']
    return listAnswer(
      providers.map((name) => providerEntity(name, request.resource)),
      request.url,
      version,
    )
  }
  const folder = folderId === undefined ? storage.root : storage.find(`/${folderId}/`)
  if (part !== 'files' || provider !== 'osfstorage' || folder?.kind !== 'folder' || rest.length > 0)
    throw apiRefusal(404, 'Not found.')
  const entities = storage.children(folder).map((entry) => apiEntity(entry, request.resource))
  return listAnswer(entities, request.url, version)
}

const redirect = (location: string): Answer => ({ status: 302, html: '', headers: { Location: location } })

function guidAnswer({ url, resource }: ApiRequest): Answer {
  if (url.searchParams.get('resolve') === 'false') return { status: 200, json: { data: guidEntity(resource) } }
  return redirect(`${resource.origin}/v2/nodes/${resource.project}/`)
}

/** A file's own address, which leads to WaterButler. */
function downloadAnswer(id: string, { resource }: ApiRequest, storage: Storage): Answer {
  const entry = storage.findById(id)
  if (entry?.kind !== 'file') throw apiRefusal(404, 'Not found.')
  return redirect(waterButlerLink(entry, resource))
}

function fileAnswer(id: string, { resource }: ApiRequest, storage: Storage): Answer {
  const entry = storage.findById(id)
  if (!entry) throw apiRefusal(404, 'Not found.')
  return { status: 200, json: { data: apiEntity(entry, resource) } }
}

function storageAnswer({ resource, limitStatus }: ApiRequest, storage: Storage): Answer {
  const attributes = { storage_usage: String(storage.usedBytes()), storage_limit_status: limitStatus }
  return { status: 200, json: { data: { id: resource.project, type: 'node-storage', attributes } } }
}
