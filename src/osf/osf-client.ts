import type { Clock } from '../clock.js'
import type { OsfSettings } from '../settings/settings.js'
import { answerError, strangeAnswer } from './answer-error.js'
import type { LocalContent } from './local-content.js'
import { OsfError } from './osf-error.js'
import { send, type OsfAnswer, type OsfRequest } from './osf-request.js'
import { hasContent } from './same-content.js'
import { mayHaveToken } from './token-hosts.js'
import { parseEntry, parseListing, parseProviders, parseRoom } from './remote-entry.js'
import type { RemoteEntry, RemoteFile, RemoteFolder, StorageRoom } from './remote-entry.js'

/** A project has a dozen storages at most, and a page a hundred. */
const MOST_PAGES = 10

const endless = (host: string, what: string): OsfError =>
  new OsfError('temporary', `${host} answers ${what} in more than ${MOST_PAGES} pages: check [osf] base_url`, {
    fatal: true,
  })

/**
 * One project at OSF: API v2 to find its storage, WaterButler v1 for all that is in it. Each method but `findStorage` is one
 * request; none tries again. All throw OsfError.
 */
export class OsfClient {
  readonly #settings: OsfSettings
  readonly #access: { token: string; clock: Clock }
  readonly #signal: AbortSignal

  constructor(settings: OsfSettings, access: { token: string; clock: Clock }, signal: AbortSignal) {
    this.#settings = settings
    this.#access = access
    this.#signal = signal
  }

  /**
   * The root of the storage that the settings name. Where WaterButler is, is told here alone: it depends on the region in
   * which the project's files lie.
   */
  async findStorage(): Promise<RemoteFolder> {
    const { baseUrl, project, storage } = this.#settings
    const what = `the question for the storages of project ${project}`
    const found: string[] = []
    let next: URL | undefined = new URL(`/v2/nodes/${encodeURIComponent(project)}/files/?page[size]=100`, baseUrl)
    for (let pages = 1; next; pages++) {
      if (pages > MOST_PAGES) throw endless(next.host, what)
      const answer = await this.#send({ method: 'GET', url: next, what, concerns: 'project' })
      const page = parseProviders(answer.json, next)
      if (!page) throw strangeAnswer(answer)
      const match = page.storages.find(({ name }) => name === storage)
      if (match) return match
      found.push(...page.storages.map(({ name }) => name))
      next = page.next
    }
    const message = `project ${project} at OSF has no storage "${storage}", but ${found.join(', ')}: check [osf] storage`
    throw new OsfError('not-found', message, { fatal: true })
  }

  /** How full the project's own storage is; it says nothing of storages connected to it. */
  async room(): Promise<StorageRoom> {
    const { baseUrl, project } = this.#settings
    const url = new URL(`/v2/nodes/${encodeURIComponent(project)}/storage/`, baseUrl)
    const what = `the question how full project ${project} is`
    const answer = await this.#send({ method: 'GET', url, what, concerns: 'project' })
    const room = parseRoom(answer.json)
    if (!room) throw strangeAnswer(answer)
    return room
  }

  /** All that is directly in a folder. WaterButler lists it whole, with hashes; API v2 would do so in throttled pages. */
  async list(folder: RemoteFolder): Promise<RemoteEntry[]> {
    const url = withQuery(folder.url, { meta: '' })
    const answer = await this.#send({ method: 'GET', url, what: `the listing of ${folder.path}` })
    const entries = parseListing(answer.json, url)
    if (!entries) throw strangeAnswer(answer)
    return entries
  }

  /** The new folder, or `undefined` where there is one of this name; OSF does not tell where. */
  async makeFolder(parent: RemoteFolder, name: string): Promise<RemoteFolder | undefined> {
    const url = withQuery(parent.url, { kind: 'folder', name })
    const request: OsfRequest = { method: 'PUT', url, what: `the making of folder ${parent.path}${name}/` }
    const answer = await this.#exchange(request)
    if (answer.status === 409) return undefined
    this.#check(answer)
    const entry = parseEntry(answer.json, url)
    if (entry?.kind !== 'folder') throw strangeAnswer(answer)
    return entry
  }

  /** @throws OsfError `exists`, with the file that has the name where OSF tells */
  createFile(folder: RemoteFolder, name: string, content: LocalContent): Promise<RemoteFile> {
    return this.#put(withQuery(folder.url, { kind: 'file', name }), folder.path + name, content)
  }

  /** Give a file a new version; OSF makes none where the bytes are the same. */
  updateFile(file: RemoteFile, content: LocalContent): Promise<RemoteFile> {
    return this.#put(withQuery(file.url, { kind: 'file' }), file.path, content)
  }

  async #put(url: URL, path: string, content: LocalContent): Promise<RemoteFile> {
    const answer = await this.#send({ method: 'PUT', url, what: `the upload of ${path}`, content })
    const entry = parseEntry(answer.json, url)
    if (entry?.kind !== 'file') throw strangeAnswer(answer)
    if (!(await hasContent(entry, content)))
      throw new OsfError(
        'mismatch',
        `OSF has hash ${entry.sha256 ?? entry.md5 ?? 'none'} for ${path}, we have ${content.sha256}: the next run sends it again`,
      )
    return entry
  }

  async #send(request: OsfRequest): Promise<OsfAnswer> {
    const answer = await this.#exchange(request)
    this.#check(answer)
    return answer
  }

  /** The token is worth a whole account, so it goes nowhere but to OSF. */
  #exchange(request: OsfRequest): Promise<OsfAnswer> {
    const { url, what } = request
    const { baseUrl } = this.#settings
    if (mayHaveToken(url, baseUrl)) return send(request, this.#access, this.#signal)
    throw new OsfError(
      'refused',
      `${new URL(baseUrl).host} names ${url.protocol}//${url.host} for ${what}, which is not OSF's: the token was not sent there; check [osf] base_url`,
      { fatal: true },
    )
  }

  /** @throws OsfError for every status but 200 and 201 */
  #check(answer: OsfAnswer): void {
    if (answer.status !== 200 && answer.status !== 201)
      throw answerError(answer, this.#settings.project, this.#access.clock.now())
  }
}

function withQuery(url: URL, query: Readonly<Record<string, string>>): URL {
  const asked = new URL(url)
  for (const [name, value] of Object.entries(query)) asked.searchParams.set(name, value)
  return asked
}
