import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Fault } from '../fault-plan.js'
import { Refusal, sendAnswer, type Answer } from './answer.js'
import { apiRefusal } from './api-answers.js'
import { answerApi } from './api.js'
import { faultAnswer } from './fault-answers.js'
import type { osfFaults } from './faults.js'
import type { OsfFile, OsfOptions } from './osf.js'
import { Throttle } from './rate-limit.js'
import type { Storage } from './storage.js'
import { answerWaterButler, meantPath } from './waterbutler.js'
import { waterButlerRefusal, withRequestId, type Resource } from './waterbutler-answers.js'

/** A request, taken apart. */
interface Call {
  readonly request: IncomingMessage
  readonly url: URL
  readonly side: 'api' | 'waterbutler'
  /** WaterButler's path by ID. */
  readonly path: string
  /** `METHOD url path-meant`, for the fault plan. */
  readonly who: string
  readonly isUpload: boolean
  readonly resource: Resource
}

const WATERBUTLER = /^\/v1\/resources\/([^/]+)\/providers\/([^/]+)(\/.*)$/

/** From one request to one answer, with the faults that are due. */
export class OsfService {
  readonly #options: OsfOptions
  readonly #storage: Storage
  readonly #throttle: Throttle
  readonly #files: () => OsfFile[]
  #requests = 0

  constructor(options: OsfOptions, storage: Storage, files: () => OsfFile[]) {
    this.#options = options
    this.#storage = storage
    this.#throttle = new Throttle(options.rateLimits ?? {}, options.clock)
    this.#files = files
  }

  /** Answers, or leaves the client without an answer where a fault says so. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/_simulator/files') {
      sendAnswer(response, { status: 200, json: { files: this.#files() } })
      return
    }
    const call = this.#callOf(request)
    const answer = await this.#answerOrFault(call)
    this.#requests += 1
    this.#options.log.info({ request: call.who, status: answer?.status ?? 'none' }, 'osf request')
    if (!answer) return
    sendAnswer(response, call.side === 'waterbutler' ? withRequestId(answer) : answer)
    // What is left of a refused body is read and dropped, as WaterButler 26 does.
    request.resume()
  }

  #callOf(request: IncomingMessage): Call {
    const origin = `http://${request.headers.host ?? 'localhost'}`
    const url = new URL(request.url ?? '/', origin)
    // The proxy before OSF takes several slashes for one; osfclient relies on it.
    url.pathname = url.pathname.replaceAll(/\/{2,}/g, '/')
    const [, , , path] = WATERBUTLER.exec(url.pathname) ?? []
    const meant = path === undefined ? '' : meantPath(this.#storage, path, url.searchParams)
    return {
      request,
      url,
      side: path === undefined ? 'api' : 'waterbutler',
      path: path ?? url.pathname,
      who: `${request.method ?? 'GET'} ${url.pathname}${url.search} ${meant}`.trimEnd(),
      isUpload: request.method === 'PUT' && url.searchParams.get('kind') !== 'folder',
      resource: { origin, project: this.#options.project },
    }
  }

  async #answerOrFault(call: Call): Promise<Answer | undefined> {
    const status = this.#take('status', call)
    if (status) return statusFault(status.value ?? 503, call)
    const reset = hasBody(call.request) ? this.#take('reset', call) : undefined
    if (reset) return breakOff(call.request, reset.value ?? 0)
    const answer = await this.#answer(call)
    const stored = call.isUpload && answer.status < 300
    return stored && this.#take('stored-without-answer', call) ? undefined : answer
  }

  async #answer(call: Call): Promise<Answer> {
    try {
      return await (call.side === 'api' ? this.#answerApi(call) : this.#answerWaterButler(call))
    } catch (error) {
      if (error instanceof Refusal) return error.answer
      throw error
    }
  }

  #answerApi({ request, url, resource }: Call): Answer {
    if (request.method !== 'GET') throw apiRefusal(405, `Method "${request.method ?? ''}" not allowed.`)
    if (url.pathname.includes('/files/')) this.#throttle.countList()
    const { authorization, accept = '' } = request.headers
    const access = authorization === undefined ? 'no-token' : this.#knows(authorization) ? 'granted' : 'wrong-token'
    const { otherStorages = [], limitStatus = 'DEFAULT' } = this.#options
    return answerApi({ url, accept, resource, access, otherStorages, limitStatus }, this.#storage)
  }

  #answerWaterButler(call: Call): Promise<Answer> {
    const { request, url, path, resource } = call
    this.#throttle.countWaterButler()
    const [, project, provider] = WATERBUTLER.exec(url.pathname) ?? []
    if (project !== this.#options.project || provider !== 'osfstorage')
      throw waterButlerRefusal(404, 'Could not find the project or its storage')
    const { authorization } = request.headers
    return answerWaterButler(
      {
        method: request.method ?? 'GET',
        path,
        query: url.searchParams,
        headers: request.headers,
        body: request,
        resource,
        access: authorization === undefined ? 401 : this.#knows(authorization) ? 'granted' : 403,
        isDue: (kind) => this.#take(kind, call) !== undefined,
      },
      this.#storage,
    )
  }

  #knows(authorization: string): boolean {
    return authorization === `Bearer ${this.#options.token}`
  }

  #take(kind: keyof typeof osfFaults, { who }: Call): Fault | undefined {
    return this.#options.faults.take('osf', [kind], { count: this.#requests, who })
  }
}

const hasBody = (request: IncomingMessage): boolean => Number(request.headers['content-length'] ?? 0) > 0

/** WaterButler notices only after the whole body that there is no room for it. */
async function statusFault(status: number, { request, side, path }: Call): Promise<Answer> {
  if (status === 507) await bytesOf(request, Infinity)
  return faultAnswer(status, side, path)
}

async function breakOff(request: IncomingMessage, bytes: number): Promise<undefined> {
  if (bytes > 0) await bytesOf(request, bytes)
  request.socket.resetAndDestroy()
}

/** Read the body until `bytes` have come, or all of it. */
async function bytesOf(request: IncomingMessage, bytes: number): Promise<void> {
  let left = bytes
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    left -= chunk.length
    if (left <= 0) return
  }
}
