import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { failuresIn, type DiskFailure } from './disk-trace.js'
import { HeartbeatWatch, type Beat } from './heartbeat-watch.js'
import type { LifePlan } from './plan.js'

/** Where a life takes place. */
export interface Habitat {
  /** Node and main.js. */
  readonly program: readonly string[]
  readonly settingsFile: string
  readonly spool: string
  readonly logFile: string
  readonly traceFile: string
  readonly env: NodeJS.ProcessEnv
  /** How many connects the simulator has seen. */
  readonly connects: () => number
  readonly now: () => number
}

/** What became of a life. Times with `real` are the wall's, the others the run's clock; ms since 1970. */
export interface Life {
  readonly plan: LifePlan
  readonly from: number
  readonly until: number
  readonly realUntil: number
  /** Of the exit; `undefined` where a signal ended it. */
  readonly code: number | undefined
  /** How it came to its end: as planned, or by itself. */
  readonly ended: 'stopped' | 'killed' | 'crash point' | 'by itself'
  /** When it was asked to stop, or killed; its end where it ended by itself. */
  readonly askedAt: number
  /** From then to the end; real ms. */
  readonly stopMs: number
  /** The last heartbeat on the disk, and the one before it that was seen. */
  readonly lastBeat: Beat | undefined
  readonly beatBefore: Beat | undefined
  readonly frozen: boolean
  /** Faults of the disk that were injected and have fired. */
  readonly diskFailures: readonly DiskFailure[]
}

/** Where it has not connected by then, as on a full disk, the life goes on as planned; real ms. */
const MOST_START_MS = 40_000
/** A crash point that is not come to in this time, or in five times what the start took, will not be any more; real ms. */
const CRASH_MS = 2500

/** Run the collector once, to the end that the plan has for it. */
export async function live(plan: LifePlan, habitat: Habitat): Promise<Life> {
  const from = habitat.now()
  const child = start(plan, habitat)
  let exits = 0
  const isOver = () => exits > 0
  const exit = once(child, 'close').then(([code]) => {
    exits += 1
    return typeof code === 'number' ? code : undefined
  })
  const beats = new HeartbeatWatch(habitat.spool, child.pid ?? 0)
  const connects = habitat.connects()
  const startedAt = Date.now()
  await Promise.race([exit, until(() => isOver() || habitat.connects() > connects, MOST_START_MS)])
  const crashMs = Math.max(CRASH_MS, 5 * (Date.now() - startedAt))
  const frozen = plan.frozenMs > 0 && !isOver()
  if (frozen) await freeze(child, plan.frozenMs)
  await Promise.race([exit, wait(plan.ending === 'crash' ? crashMs : plan.afterMs)])
  const byItself = isOver()
  const realAsked = Date.now()
  const askedAt = habitat.now()
  if (!byItself) child.kill(plan.ending === 'stop' ? 'SIGTERM' : 'SIGKILL')
  const code = await exit
  const { last, before } = await beats.stop()
  const crashed = byItself && code === undefined && plan.ending === 'crash'
  return {
    plan,
    from,
    until: habitat.now(),
    realUntil: Date.now(),
    code,
    ended: crashed ? 'crash point' : byItself ? 'by itself' : plan.ending === 'stop' ? 'stopped' : 'killed',
    askedAt,
    stopMs: Date.now() - realAsked,
    lastBeat: last,
    beatBefore: before,
    frozen,
    diskFailures: await failuresIn(habitat.traceFile),
  }
}

function start(plan: LifePlan, { program, settingsFile, logFile, traceFile, env }: Habitat) {
  const [command = '', ...rest] = program
  const child = spawn(command, [...rest, 'collect', '--settings', settingsFile], {
    env: {
      ...env,
      ...(plan.crashAt && { COLLECTOR_CRASH_AT: plan.crashAt }),
      ...(plan.diskFault && { COLLECTOR_DISK_FAULT: plan.diskFault }),
      ...((plan.diskFault ?? plan.ending === 'power-cut') && { COLLECTOR_DISK_TRACE: traceFile }),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  child.stderr.pipe(createWriteStream(logFile, { flags: 'a' }))
  return child
}

/** It runs no further for a while, and leaves its socket unread. */
async function freeze(child: ChildProcess, ms: number): Promise<void> {
  await wait(100)
  child.kill('SIGSTOP')
  await wait(ms)
  child.kill('SIGCONT')
}

async function until(holds: () => boolean, mostMs: number): Promise<void> {
  for (const end = Date.now() + mostMs; !holds() && Date.now() < end;) await wait(5)
}
