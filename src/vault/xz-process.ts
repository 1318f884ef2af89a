import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { env } from 'node:process'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { errorCode } from '../operator-error.js'
import type { Codec, Compression } from './codec.js'
import { lzmaOptions, presetNumber } from './lzma-options.js'
import { pieces } from './pieces.js'
import { xzFault, type XzEnd } from './xz-fault.js'

/**
 * Options of the operator's shell must not change the archive's bytes. xz looks for matches all over its memory, and most of
 * its time goes into finding the pages: with huge ones, which glibc (2.35 and later) asks for by this tunable, it takes a tenth less.
 */
const cleanEnv = () => ({ GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1', ...env, XZ_DEFAULTS: '', XZ_OPT: '', LC_ALL: 'C' })

/** The system's `xz`, a process a block. @throws where there is none that compresses (BusyBox has one that only reads) */
export async function xzProcess(): Promise<Codec> {
  const { stdout } = await promisify(execFile)('xz', ['--version'], { env: cleanEnv() })
  const version = /^xz \(XZ Utils\) (\d+\.\d+\S*)/.exec(stdout)?.[1]
  if (version === undefined) throw new Error(`xz --version says "${stdout.trim()}"; it wants XZ Utils`)
  return {
    label: `xz ${version}`,
    mostAtOnce: Infinity,
    compress: (block, how, signal) =>
      buffer(Readable.from(throughXz('compress', [...compressFlags, presetFlag(how)], pieces(block), signal))),
    decompress: (compressed, signal) => throughXz('read', ['--decompress', '--stdout'], compressed, signal),
  }
}

/** One thread, which needs less memory and space than one "in the manner of several"; the cores share the blocks. */
const compressFlags = ['--compress', '--stdout', '--format=xz', '--check=crc64', '--no-adjust', '--threads=1']

function presetFlag({ preset, content }: Compression): string {
  const options = lzmaOptions(preset, content)
  const number = presetNumber(preset)
  if (!options) return `-${number}`
  const { dictBytes, lc, lp, pb, mf, nice, depth } = options
  return `--lzma2=preset=${number},dict=${dictBytes},lc=${lc},lp=${lp},pb=${pb},mf=${mf},nice=${nice},depth=${depth}`
}

/** @throws XzProcessError where it is the program that failed */
async function* throughXz(
  task: XzEnd['task'],
  flags: readonly string[],
  input: Iterable<Buffer> | AsyncIterable<Buffer>,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  signal?.throwIfAborted()
  const child = spawn('xz', flags, { env: cleanEnv(), stdio: 'pipe' })
  const kill = () => child.kill('SIGKILL')
  signal?.addEventListener('abort', kill)
  const ended = endOf(child, text(child.stderr))
  let inputFault: unknown
  const fed = pipeline(Readable.from(input, { objectMode: false }), child.stdin).catch(
    (error: unknown) => (inputFault = error),
  )
  try {
    yield* child.stdout as AsyncIterable<Buffer>
    const fault = await ended
    signal?.throwIfAborted()
    // Had xz gone first, this would wait for the input's next chunk, which may never come.
    if (fault === undefined) await fed
    const isCause = inputFault !== undefined && !(fault !== undefined && isBrokenPipe(inputFault))
    if (isCause) throw inputFault
    if (fault !== undefined) throw xzFault({ task, ...fault })
  } finally {
    signal?.removeEventListener('abort', kill)
    kill()
    await ended
  }
}

const isBrokenPipe = (error: unknown) =>
  ['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(errorCode(error) ?? '')

type Fault = Omit<XzEnd, 'task'>

/** What went wrong, in words, once the program has ended; `undefined` if nothing. Never rejects. */
function endOf(child: ChildProcess, stderr: Promise<string>): Promise<Fault | undefined> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      const code = errorCode(error) ?? 'unknown'
      resolve({ how: `could not be started (${error.message})`, code, isKilled: false })
    })
    child.once('close', (code, killedBy) => {
      const how = killedBy === null ? `left with code ${code ?? 0}` : `was ended by ${killedBy}`
      const ask = stderr.then((said) => said.trim().replace(/^xz: /gm, '').replaceAll('\n', '; '))
      void ask
        .catch(() => '')
        .then((said) => {
          resolve(code === 0 ? undefined : { how: `${how}${said && `: ${said}`}`, isKilled: killedBy !== null })
        })
    })
  })
}
