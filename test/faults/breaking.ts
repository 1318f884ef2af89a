import type { Socket } from 'node:net'
import { relay } from '../support/relay.js'

export type Side = 'client' | 'server'

/** Where a network breaks: once so many bytes of one side have come through, over all connections. */
export interface Place {
  readonly side: Side
  readonly bytes: number
}

/** With a reset, or an end. */
export interface Break extends Place {
  readonly resets: boolean
}

/** At each place a reset and an end; or only one of them, in turn. */
export const breaksAt = (places: readonly Place[], inTurn: boolean): Break[] =>
  places.flatMap((place, index) =>
    [true, false].filter((resets) => !inTurn || resets === (index % 2 === 0)).map((resets) => ({ ...place, resets })),
  )

/** A network between a client and a server on loopback, that breaks once, between any two bytes. */
export interface BreakingNetwork extends AsyncDisposable {
  readonly port: number
  /** What has come from each side, in pieces, over all connections. */
  readonly heard: Readonly<Record<Side, readonly Buffer[]>>
  readonly breaks: number
  /** Break there, counting from now. */
  breakAt(where: Break): void
}

export async function breakingNetwork(targetPort: number): Promise<BreakingNetwork> {
  const state: State = {
    heard: { client: [], server: [] },
    passed: { client: 0, server: 0 },
    breaks: 0,
    where: undefined,
  }
  const between = await relay(targetPort, (client, target) => {
    join(client, target, state)
  })
  return Object.assign(state, between, {
    breakAt: (where: Break) => {
      Object.assign(state, { passed: { client: 0, server: 0 }, breaks: 0, where })
    },
  })
}

interface State {
  readonly heard: Record<Side, Buffer[]>
  readonly passed: Record<Side, number>
  breaks: number
  where: Break | undefined
}

function join(client: Socket, target: Socket, state: State): void {
  let isOver = false
  const end = () => {
    client.destroy()
    target.destroy()
  }
  /** What has been let through arrives before the connection ends. */
  const breakAfter = ({ resets }: Break, last: Buffer, to: Socket) => {
    isOver = true
    state.where = undefined
    state.breaks += 1
    const destroy = () => {
      if (resets) client.resetAndDestroy()
      end()
    }
    if (last.length > 0) to.write(last, destroy)
    else destroy()
  }
  const carry = (side: Side, from: Socket, to: Socket) => {
    from.on('close', end).on('data', (piece: Buffer) => {
      if (isOver) return
      state.heard[side].push(piece)
      const { where, passed } = state
      const room = where?.side === side ? where.bytes - passed[side] : Infinity
      passed[side] += piece.length
      if (where && piece.length >= room) breakAfter(where, piece.subarray(0, room), to)
      else to.write(piece)
    })
  }
  carry('client', client, target)
  carry('server', target, client)
  if (state.where?.side === 'client' && state.where.bytes === 0) breakAfter(state.where, Buffer.alloc(0), target)
}
