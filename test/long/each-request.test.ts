import { expect, test } from 'vitest'
import { ExitCode, OperatorError } from '../../src/operator-error.js'
import type { Fault } from '../../src/simulator/fault-plan.js'
import { syncExitCode, type SyncResult } from '../../src/transfer/sync.js'
import { ServerPair } from '../transfer/server-pair.js'

/** Let one fault meet request number `after`; false where the run had fewer. The next run must complete the work. */
async function survives(fault: Omit<Fault, 'service' | 'after'>, after: number): Promise<boolean> {
  await using pair = await ServerPair.create()
  const names = [await pair.seal('13:07', 'a\n'.repeat(40_000)), await pair.seal('13:08', 'b\n')]
  const fired = await struck(pair, { service: 'sftp', after, ...fault })
  await using _sftp = await pair.serve()
  const what = `${fault.kind} ${fault.value ?? ''} at request ${after}`
  expect(await pair.sync(), what).toMatchObject({ failed: [] })
  expect(await pair.names('incoming'), what).toEqual(['batch.json', ...names])
  // ssh2 takes any answer to a WRITE for a yes; server 1 finds such a file by its hash and has it sent again.
  if (fault.kind !== 'wrong-answer')
    expect(await pair.content('incoming', names[0] ?? ''), what).toBe('a\n'.repeat(40_000))
  expect(await pair.names('spool'), what).toEqual(['batch.json', ...names])
  return fired
}

async function struck(pair: ServerPair, fault: Fault): Promise<boolean> {
  await using sftp = await pair.serve({ faults: [fault] })
  const ended = await pair.sync().then(
    (result) => result,
    (error: unknown) => error,
  )
  const isFault = ended instanceof OperatorError
  if (ended instanceof Error && !isFault) throw ended
  const exitCode = isFault ? ended.exitCode : syncExitCode(ended as SyncResult)
  const allowed: ExitCode[] = [ExitCode.done, ExitCode.failed, ExitCode.partial, ExitCode.temporary]
  expect(allowed).toContain(exitCode)
  return sftp.faults.pending.length === 0
}

test.each<Omit<Fault, 'service' | 'after'>>([
  { kind: 'status', value: 3 },
  { kind: 'status', value: 4 },
  { kind: 'end-session' },
  { kind: 'wrong-answer' },
])('whichever request meets %o, nothing is lost and the next run completes the work', async (fault) => {
  let request = 1
  while (await survives(fault, request)) request += 1
  expect(request).toBeGreaterThan(25)
})
