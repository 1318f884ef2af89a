import { expect, test } from 'vitest'
import { filingOf } from '../../src/spool/payload.js'
import { payload } from '../support/tweets.js'

const NOON = Date.parse('2026-11-21T12:00:00Z')

test('a line with a byte that is no UTF-8 is set aside, though JSON.parse would take it', () => {
  const line = payload(NOON, { text: 'caf?' })
  line[line.indexOf('?')] = 0xe9
  expect(JSON.parse(line.toString())).toHaveProperty('data')
  expect(filingOf(line, NOON)).toEqual({ kind: 'rejected', reason: 'no whole JSON object' })
})
