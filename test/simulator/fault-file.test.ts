import { expect, test } from 'vitest'
import { ExitCode, OperatorError } from '../../src/operator-error.js'
import { parseFaults } from '../../src/simulator/fault-file.js'
import { serviceNames } from '../../src/simulator/service-names.js'

function refusalOf(json: unknown, running = serviceNames.slice()): string {
  const text = typeof json === 'string' ? json : JSON.stringify(json)
  try {
    parseFaults('plan.json', text, running)
  } catch (error) {
    expect(error).toBeInstanceOf(OperatorError)
    expect((error as OperatorError).exitCode).toBe(ExitCode.usage)
    return (error as OperatorError).message
  }
  return expect.unreachable('the plan was taken')
}

test('a fault plan is taken as it stands', () => {
  const plan = [
    { service: 'x', kind: 'stall', after: 1000, value: 60 },
    { service: 'osf', kind: 'status', value: 503, times: 2, only: 'PUT' },
    { service: 'sftp', kind: 'status', value: 3, at: '2026-11-21T13:00:00Z' },
    { service: 'smtp', kind: 'reject' },
  ]
  expect(parseFaults('plan.json', JSON.stringify(plan), serviceNames)).toEqual(plan)
})

test('a kind that the service has not is refused with the list of those that it has', () => {
  const message = refusalOf([
    { service: 'x', kind: 'stall' },
    { service: 'sftp', kind: 'explode' },
  ])
  expect(message).toMatch(/^plan\.json is no fault plan: 1: sftp has no fault "explode"; it has refuse-login, stall, /)
  expect(refusalOf([{ service: 'smtp', kind: 'stall' }])).toContain('smtp has no fault "stall"')
  expect(refusalOf([{ service: 'x', kind: 'toString' }])).toContain('x has no fault "toString"')
})

test('a wrong field is refused with the fields that there are', () => {
  const message = refusalOf([{ service: 'x', kind: 'stall', befor: 3 }])
  expect(message).toMatch(/"befor".*it wants a list of objects with service, kind, after, at, only, times, value/s)
  for (const wrong of [{ after: -1 }, { times: 0 }, { times: 1.5 }, { at: 'noon' }, { value: '60' }, { only: 7 }])
    expect(refusalOf([{ service: 'x', kind: 'stall', ...wrong }])).toContain(Object.keys(wrong)[0])
  expect(refusalOf({ service: 'x', kind: 'stall' })).toContain('expected array')
  expect(refusalOf('{')).toContain('no valid JSON')
})

test('a fault of a service that is not simulated is refused, for it would never fire', () => {
  expect(refusalOf([{ service: 'osf', kind: 'reset' }], ['x'])).toContain('osf is not simulated in this run')
})

test('a value that the kind has not, or that could not happen, is refused with those that it takes', () => {
  for (const [fault, said] of [
    [{ service: 'sftp', kind: 'status', value: 23 }, 'a status of SFTP that is an error, from 1 to 8'],
    [{ service: 'osf', kind: 'status', value: 42 }, 'a final status of HTTP, from 200 to 599'],
    [{ service: 'osf', kind: 'reset', value: 1.5 }, 'a whole number of bytes, from 0 to'],
    [{ service: 'x', kind: 'stall', value: -1 }, 'the value of x\'s fault "stall" is -1: it wants seconds, from 0 to'],
    [{ service: 'smtp', kind: 'drop', value: 3 }, 'smtp\'s fault "drop" has no value: leave out 3'],
  ] as const)
    expect(refusalOf([fault])).toContain(said)
})
