import { expect, test } from 'vitest'
import { publish } from '../../src/osf/publish.js'
import type { Fault } from '../../src/simulator/fault-plan.js'
import { BRIEF_MS } from '../support/patience.js'
import { osfWorld } from './osf-world.js'

const IDS_13 = '2026/11/21/2026-11-21_13_IDs.txt.xz'
const FOREVER = 999

/** Every fault that lasts, and what its message tells the operator to do. */
const lasting: [Omit<Fault, 'service'>, RegExp][] = [
  [{ kind: 'status', value: 401 }, /check \[osf\] token_file; the token needs the scope osf\.full_write/],
  [{ kind: 'status', value: 403 }, /check \[osf\] token_file; .*write access to project abcde/],
  [{ kind: 'status', value: 404 }, /look whether it was removed at OSF/],
  [{ kind: 'status', value: 409 }, /the next run looks again/],
  [{ kind: 'status', value: 413 }, /publish it elsewhere/],
  [{ kind: 'status', value: 429 }, /the next run tries again/],
  [{ kind: 'status', value: 500 }, /the next run tries again/],
  [{ kind: 'status', value: 502 }, /the next run tries again/],
  [{ kind: 'status', value: 503 }, /the next run tries again/],
  [{ kind: 'status', value: 504 }, /the next run tries again/],
  [{ kind: 'status', value: 507 }, /make room, or set \[osf\] project to a new one/],
  [{ kind: 'reset', value: 65_536 }, /check the network and \[osf\] base_url; the next run tries again/],
  [{ kind: 'wrong-hash' }, /OSF has hash 0{64} for .*, we have \w{64}: the next run sends it again/],
]

/** A fault of the answer to an upload that has arrived is over with it: OSF is asked what it has. */
const isSettledByALook = ({ kind }: Omit<Fault, 'service'>) => kind === 'wrong-hash'

test.each(lasting)(
  'a lasting $kind $value is one line that names the file and says what to do',
  async (fault, advice) => {
    await using world = await osfWorld([{ ...fault, only: '13_IDs', times: FOREVER }])
    const { uploaded, failed } = await publish([await world.file(IDS_13, 'one'.repeat(100_000))], world.context)
    expect(world.plan.fired.length).toBeGreaterThan(0)
    if (isSettledByALook(fault)) {
      expect({ uploaded, failed }).toEqual({ uploaded: 1, failed: [] })
      expect(world.log.text()).toMatch(advice)
      return
    }
    const message = failed[0]?.error.message ?? ''
    expect(message).toMatch(advice)
    expect(message).toContain(IDS_13)
    expect(message).not.toContain('\n')
  },
)

test('the project that is gone is told as such', async () => {
  await using world = await osfWorld([{ kind: 'status', value: 404, only: '/v2/nodes/abcde/files', times: FOREVER }])
  const { failed } = await publish([await world.file(IDS_13, 'one')], world.context)
  expect(world.plan.fired.length).toBeGreaterThan(0)
  expect(failed[0]?.error.message).toMatch(/check \[osf\] project, and that the token's owner can see it/)
})

test('an OSF that takes every file and never says so is told as silent, and has the file once', async () => {
  await using world = await osfWorld([{ kind: 'stored-without-answer', only: '13_IDs', times: FOREVER }], {
    socketMs: BRIEF_MS,
  })
  expect(await publish([await world.file(IDS_13, 'one')], world.context)).toMatchObject({ uploaded: 1, failed: [] })
  expect(world.plan.fired).toHaveLength(1)
  expect(world.log.text()).toMatch(/was silent for \d+ s at the upload of .*: the next run tries again/)
  expect(world.osf.files()).toMatchObject([{ version: 1 }])
})
