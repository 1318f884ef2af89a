import { createReadStream } from 'node:fs'
import type { ServerResponse } from 'node:http'

/** What the simulated OSF answers. `json` and `html` exclude each other; `file` is a path whose content is sent. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly html?: string
  readonly file?: string
  /** Only these bytes of the file, both ends included. */
  readonly range?: { readonly start: number; readonly end: number }
}

/** Thrown where a request goes no further. */
export class Refusal extends Error {
  readonly answer: Answer

  constructor(answer: Answer) {
    super(`refused with ${answer.status}`)
    this.answer = answer
  }
}

export function sendAnswer(response: ServerResponse, { status, headers, json, html, file, range }: Answer): void {
  const type = json !== undefined ? 'application/json' : html !== undefined ? 'text/html' : 'application/octet-stream'
  response.writeHead(status, { 'Content-Type': type, ...headers })
  if (file !== undefined) createReadStream(file, range).pipe(response)
  else response.end(json !== undefined ? JSON.stringify(json) : html)
}
