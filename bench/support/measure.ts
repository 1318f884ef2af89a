import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { text } from 'node:stream/consumers'
import type { Readable } from 'node:stream'
import { childrenOf, sampleTree } from './process-tree.js'

const SAMPLE_MS = 50

/** What a command took, with all the processes that it started. */
export interface Measure {
  readonly wallMs: number
  /** User and system time of all of them. */
  readonly cpuMs: number
  /** Of that, the processes that the command started. */
  readonly childrenCpuMs: number
  /** The most that they held together, resident. */
  readonly peakBytes: number
}

export interface Command {
  readonly program: string
  readonly arguments: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
}

/**
 * The shell waits for the command and then tells on a file of its own what it and all that it waited for have used, which
 * no other process can know after its end.
 */
const TIMING_SHELL = '"$@" 3>&-; code=$?; times >&3; exit $code'

/**
 * Run a command to its end and measure it; `stdout` is what it printed. How it measures stands in bench/README.md.
 * @throws Error with what it wrote on stderr, where it ends with another code than 0
 */
export async function measure(command: Command): Promise<Measure & { stdout: string }> {
  const startMs = performance.now()
  const shell = spawn('sh', ['-c', TIMING_SHELL, 'sh', command.program, ...command.arguments], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    ...(command.env && { env: { ...process.env, ...command.env } }),
    ...(command.cwd !== undefined && { cwd: command.cwd }),
  })
  const sampler = startSampler(shell.pid ?? 0)
  const [stdout, stderr, times] = shell.stdio.slice(1).map((stream) => text(stream as Readable))
  const [code] = (await once(shell, 'exit')) as [number | null]
  const wallMs = performance.now() - startMs
  const { peakBytes, childrenCpuMs } = sampler.end()
  if (code !== 0)
    throw new Error(`${command.program} ${command.arguments.join(' ')} ended with ${code}: ${await stderr}`)
  return { wallMs, cpuMs: childrenTimeMs((await times) ?? ''), childrenCpuMs, peakBytes, stdout: (await stdout) ?? '' }
}

/** One after the other: times add up, of memory the most counts. */
export const inTurn = (...measures: readonly Measure[]): Measure => ({
  wallMs: sum(measures.map(({ wallMs }) => wallMs)),
  cpuMs: sum(measures.map(({ cpuMs }) => cpuMs)),
  childrenCpuMs: sum(measures.map(({ childrenCpuMs }) => childrenCpuMs)),
  peakBytes: Math.max(...measures.map(({ peakBytes }) => peakBytes)),
})

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

function startSampler(shellPid: number): { end(): { peakBytes: number; childrenCpuMs: number } } {
  const most = { peakBytes: 0, childrenCpuMs: 0 }
  const timer = setInterval(() => {
    const [pid] = childrenOf(shellPid)
    if (pid === undefined) return
    const { residentBytes, endedChildrenCpuMs } = sampleTree(pid)
    most.peakBytes = Math.max(most.peakBytes, residentBytes)
    most.childrenCpuMs = Math.max(most.childrenCpuMs, endedChildrenCpuMs)
  }, SAMPLE_MS)
  return {
    end() {
      clearInterval(timer)
      return most
    },
  }
}

/** The second line of what the shell's `times` prints: user and system time of its children, as `1m2.34s`. */
function childrenTimeMs(times: string): number {
  const [, ofChildren = ''] = times.split('\n')
  return sum(Array.from(ofChildren.matchAll(/(\d+)m([\d.]+)s/g), ([, minutes, seconds]) => toMs(minutes, seconds)))
}

const toMs = (minutes = '0', seconds = '0'): number => (Number(minutes) * 60 + Number(seconds)) * 1000
