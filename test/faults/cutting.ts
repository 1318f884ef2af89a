import type { Socket } from 'node:net'
import { relay } from '../support/relay.js'

/** `request`: it does not arrive. `answer`: it arrives, and what the server says to it does not. Or only the first half of these does. */
export const LOSSES = ['request', 'half of the request', 'answer', 'half of the answer'] as const
export type Lost = (typeof LOSSES)[number]

/** A network between a client and a server on loopback, that breaks once, at a piece of what the client sends. */
export interface CuttingNetwork extends AsyncDisposable {
  readonly port: number
  /** Pieces that the client has sent, over all connections. */
  readonly pieces: number
  /** Whether the piece has come at which to break. */
  readonly isDue: boolean
  /** How often it has broken: of a piece to which the server says nothing there is no answer to lose. */
  readonly cuts: number
  /** Break at the `nth` piece from now on. */
  cutAt(nth: number, lost: Lost): void
  /** Break no more. */
  mend(): void
}

export async function cuttingNetwork(targetPort: number): Promise<CuttingNetwork> {
  const state = { pieces: 0, cuts: 0, isDue: false, nth: Infinity, lost: 'request' as Lost }
  const between = await relay(targetPort, (client, target) => {
    join(client, target, state)
  })
  return Object.assign(state, between, {
    cutAt: (nth: number, lost: Lost) => {
      Object.assign(state, { pieces: 0, cuts: 0, isDue: false, nth, lost })
    },
    mend: () => {
      state.nth = Infinity
    },
  })
}

interface State {
  pieces: number
  cuts: number
  isDue: boolean
  nth: number
  lost: Lost
}

function join(client: Socket, target: Socket, state: State): void {
  let answerIsDue = false
  let isOver = false
  const end = () => {
    client.destroy()
    target.destroy()
  }
  /** Let the first half of a piece through, or none of it, and break. */
  const breakAt = (piece: Buffer, to: Socket) => {
    state.cuts += 1
    isOver = true
    if (state.lost.startsWith('half')) to.write(piece.subarray(0, piece.length >> 1), end)
    else end()
  }
  client.on('close', end).on('data', (piece: Buffer) => {
    if (isOver) return
    state.pieces += 1
    const isDue = state.pieces === state.nth
    state.isDue ||= isDue
    if (isDue && state.lost.endsWith('request')) {
      breakAt(piece, target)
      return
    }
    answerIsDue ||= isDue
    target.write(piece)
  })
  target.on('close', end).on('data', (piece: Buffer) => {
    if (isOver) return
    if (answerIsDue) breakAt(piece, client)
    else client.write(piece)
  })
}
