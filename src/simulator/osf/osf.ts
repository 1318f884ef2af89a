import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '../../clock.js'
import type { Log } from '../../log.js'
import { errorCode } from '../../operator-error.js'
import type { FaultPlan } from '../fault-plan.js'
import { OsfService } from './osf-service.js'
import type { RateLimits } from './rate-limit.js'
import { Storage } from './storage.js'
import { latestVersion, materializedPath } from './stored-entry.js'

export interface OsfOptions {
  /** Where it stores what it gets, and finds it again after a restart; see `Storage`. */
  readonly folder: string
  /** The one token that it lets in. */
  readonly token: string
  /** The one project that it has, such as `abcde`. */
  readonly project: string
  readonly clock: Clock
  readonly log: Log
  readonly faults: FaultPlan
  /** 127.0.0.1 unless told. */
  readonly host?: string
  /** Any free one unless told. */
  readonly port?: number
  readonly rateLimits?: RateLimits
  /** What it says of the project's quota; `DEFAULT` unless told. */
  readonly limitStatus?: string
  /** Names of other storages connected to the project, which OSF lists beside its own. */
  readonly otherStorages?: readonly string[]
}

/** A file of the simulated project. `version` counts from 1. */
export interface OsfFile {
  /** `/2026/11/21/2026-11-21_13_IDs.txt.xz` */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
  readonly version: number
}

export interface Osf extends AsyncDisposable {
  /** What goes into `[osf] base_url`. */
  readonly url: string
  readonly port: number
  /** What is stored, by path. */
  files(): OsfFile[]
}

/**
 * A stand-in for OSF on loopback: API v2 and WaterButler v1 for one project, on one port, after the sources of
 * CenterForOpenScience/osf.io and CenterForOpenScience/waterbutler. `GET /_simulator/files` lists the content without a
 * token. Closing cuts every connection.
 *
 * Kinds of faults; `count` is the requests so far, `who` is `METHOD /path/with?query /the/file/meant`:
 * - `status`: answers with `value`; 429 with `Retry-After: 1`, 507 after the whole body was read
 * - `reset`: of requests with a body, after `value` bytes of it (0 unless told), nothing is stored
 * - `stored-without-answer`: takes a file, stores it and never answers
 * - `wrong-hash`: stores a file and answers with another hash
 * - `folder-made-in-between`: somebody else makes the folder in the moment in which the client does
 */
export async function startOsf(options: OsfOptions): Promise<Osf> {
  const storage = new Storage(options.folder, options.clock)
  const service = new OsfService(options, storage, () => listFiles(storage))
  const running = new Set<Promise<void>>()
  const server = createServer((request, response) => {
    const handled = handle(service, request, response, options.log).finally(() => running.delete(handled))
    running.add(handled)
  })
  const host = options.host ?? '127.0.0.1'
  const port = await listen(server, host, options.port ?? 0)
  return {
    url: `http://${host}:${port}`,
    port,
    files: () => listFiles(storage),
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
      await Promise.all(running)
    },
  }
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve)
  })
  return (server.address() as AddressInfo).port
}

const CLIENT_WENT_AWAY = ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE']

async function handle(service: OsfService, request: IncomingMessage, response: ServerResponse, log: Log) {
  try {
    await service.handle(request, response)
  } catch (error) {
    if (!CLIENT_WENT_AWAY.includes(errorCode(error) ?? '')) log.error({ err: error }, 'the simulated OSF failed')
    response.destroy()
  }
}

const listFiles = (storage: Storage): OsfFile[] =>
  storage.files().map((file) => {
    const { bytes, sha256 } = latestVersion(file)
    return { path: materializedPath(file), bytes, sha256, version: file.versions.length }
  })
