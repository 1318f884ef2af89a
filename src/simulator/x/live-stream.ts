import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../clock.js'
import type { Fault, FaultPlan } from '../fault-plan.js'
import type { Batch } from '../tweets/batch.js'
import type { TweetSource } from '../tweets/tweet-source.js'
import type { Client, Connect } from './client.js'
import { streamFaultKinds, type StreamFault } from './faults.js'
import type { OddSpells } from './odd-spells.js'
import type { XApiOptions } from './options.js'
import type { Outlet } from './outlet.js'
import { messages } from './problems.js'
import type { StreamRequest } from './stream-request.js'

const SECOND_MS = 1000
const KEEP_ALIVE = Buffer.from('\r\n')
const NOTHING = new Uint8Array()
const CRLF_BYTES = 2
/** What can happen where no line is at hand to be halved. */
const betweenLines = streamFaultKinds.filter((kind) => kind !== 'cut-mid-line' && kind !== 'byte-by-byte')
const STALL_SECONDS = 120
const QUIET_SECONDS = 600
const BURST_SECONDS = 10

type StreamFaultDue = Fault & { readonly kind: StreamFault }

/** What a stream is made of. */
export interface StreamParts {
  readonly clock: Clock
  readonly source: TweetSource
  readonly faults: FaultPlan
  /** `undefined` where no tweet is ever odd. */
  readonly oddSpells: OddSpells | undefined
  readonly client: Client
  readonly connect: Connect
  readonly request: StreamRequest
  readonly outlet: Outlet
  readonly keepAliveMs: number
  readonly slowReaderBytes: number
  readonly onTweet: XApiOptions['onTweet']
}

/**
 * One client's stream: the backfill asked for, oldest first, then each second's tweets once that second is over.
 * A second is never left out, however late this comes to it.
 */
export class LiveStream {
  readonly #parts: StreamParts
  #lastByteMs: number
  #quietUntilMs = 0
  #ending: string | undefined
  /** How many seconds to go back to, for a burst. */
  #again = 0

  constructor(parts: StreamParts) {
    this.#parts = parts
    this.#lastByteMs = parts.clock.now()
  }

  /** Send until the stream ends or `signal` says that the client has gone. Answers why it ended. */
  async run(signal: AbortSignal): Promise<string> {
    const { clock, request } = this.#parts
    const begin = Math.floor(clock.now() / SECOND_MS) - request.backfillMinutes * 60
    for (let second = begin; !signal.aborted && !this.#ending; second += 1) {
      await this.#waitFor((second + 1) * SECOND_MS, signal)
      await this.#sendSecond(second, signal)
      second -= this.#again
      this.#again = 0
    }
    return this.#ending ?? 'client-gone'
  }

  /** Wait for a moment, with keep-alives as they fall due. */
  async #waitFor(untilMs: number, signal: AbortSignal): Promise<void> {
    const { clock, keepAliveMs } = this.#parts
    while (!signal.aborted) {
      if (clock.now() - this.#lastByteMs >= keepAliveMs) this.#write(KEEP_ALIVE)
      if (clock.now() >= untilMs) return
      await clock.sleep(Math.min(untilMs, this.#lastByteMs + keepAliveMs) - clock.now(), signal)
    }
  }

  async #sendSecond(second: number, signal: AbortSignal): Promise<void> {
    const { source, request, client, oddSpells } = this.#parts
    for (let fault = this.#due(betweenLines); fault; fault = this.#due(betweenLines)) {
      await this.#strike(fault, NOTHING, signal)
      if (this.#isOver(second, signal)) return
    }
    oddSpells?.begin(client)
    for (const batch of source.deliveredIn(second, request.asked, oddSpells?.of(client.token))) {
      if (this.#isOver(second, signal)) return
      await this.#sendBatch(batch, second, signal)
      await this.#giveWay()
    }
  }

  /** Send whole lines, in as few writes as the faults allow. */
  async #sendBatch({ bytes, ends, ids }: Batch, second: number, signal: AbortSignal): Promise<void> {
    let written = 0
    let start = 0
    for (const [line, end] of ends.entries()) {
      for (let fault = this.#due(streamFaultKinds); fault; fault = this.#due(streamFaultKinds)) {
        this.#write(bytes.subarray(written, start))
        written = start
        await this.#strike(fault, bytes.subarray(start, end), signal)
        if (this.#isOver(second, signal)) return
        if (fault.kind !== 'byte-by-byte') continue
        written = end
        break
      }
      this.#count(ids[line] ?? '', bytes.subarray(start, end - CRLF_BYTES))
      start = end
    }
    this.#write(bytes.subarray(written))
  }

  /** Nothing more of this second is to be sent. */
  #isOver(second: number, signal: AbortSignal): boolean {
    return signal.aborted || this.#ending !== undefined || (second + 1) * SECOND_MS <= this.#quietUntilMs
  }

  #due(kinds: readonly StreamFault[]): StreamFaultDue | undefined {
    const { faults, client } = this.#parts
    return faults.take('x', kinds, { count: client.sent, who: client.token }) as StreamFaultDue | undefined
  }

  async #strike({ kind, value }: StreamFaultDue, nextLine: Uint8Array, signal: AbortSignal): Promise<void> {
    const { clock, outlet } = this.#parts
    switch (kind) {
      case 'stall':
        return clock.sleep((value ?? STALL_SECONDS) * SECOND_MS, signal)
      case 'quiet':
        this.#quietUntilMs = clock.now() + (value ?? QUIET_SECONDS) * SECOND_MS
        return
      case 'burst':
        this.#again = value ?? BURST_SECONDS
        return
      case 'byte-by-byte':
        for (const [index] of nextLine.entries()) {
          this.#write(nextLine.subarray(index, index + 1))
          await outlet.settle(clock.socketMs(SECOND_MS))
        }
        return
      case 'unknown-message':
      case 'garbage-line':
        this.#say(kind)
        return
    }
    this.#ending = kind
    if (kind === 'operational-disconnect' || kind === 'upstream-operational-disconnect') this.#say(kind)
    if (kind === 'slow-reader-disconnect') this.#say('slow-reader')
    if (kind === 'cut-mid-line') this.#write(nextLine.subarray(0, nextLine.length >> 1))
    if (kind !== 'cut-between-lines' && kind !== 'cut-mid-line') outlet.end()
    await outlet.settle(clock.socketMs(SECOND_MS))
    if (kind === 'cut-between-lines') outlet.cut()
    if (kind === 'cut-mid-line') outlet.reset()
  }

  /** Let the network take what was written; cut off a reader who leaves too much of it unread. */
  async #giveWay(): Promise<void> {
    const { clock, outlet, slowReaderBytes } = this.#parts
    await nextTurn()
    if (outlet.backlogBytes > slowReaderBytes / 2) await outlet.settle(clock.socketMs(SECOND_MS))
    if (outlet.backlogBytes <= slowReaderBytes) return
    this.#ending = 'slow-reader'
    this.#say('slow-reader')
    outlet.end()
    await outlet.settle(clock.socketMs(SECOND_MS))
    outlet.cut()
  }

  #say(message: keyof typeof messages): void {
    this.#write(Buffer.from(`${messages[message]}\r\n`))
  }

  #write(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#parts.outlet.write(bytes)
    this.#lastByteMs = this.#parts.clock.now()
  }

  #count(id: string, line: Uint8Array): void {
    const { client, connect, onTweet } = this.#parts
    client.count(id)
    connect.tweets += 1
    onTweet?.(connect, id, line)
  }
}
