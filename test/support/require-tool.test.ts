import { afterEach, expect, test, vi } from 'vitest'
import { toolMissing } from './require-tool.js'

afterEach(() => vi.unstubAllEnvs())

test('a program is found by name or by path; one that is not there has a reason', () => {
  vi.stubEnv('REQUIRE_ALL', '')
  expect(toolMissing('sh')).toBeUndefined()
  expect(toolMissing(process.execPath)).toBeUndefined()
  expect(toolMissing('no-such-program')).toBe('no-such-program is not on this machine')
})

test('where every test is to run, a program that is not there is an error', () => {
  vi.stubEnv('REQUIRE_ALL', '1')
  expect(toolMissing('sh')).toBeUndefined()
  expect(() => toolMissing('/no/such/program')).toThrow('REQUIRE_ALL=1')
})
