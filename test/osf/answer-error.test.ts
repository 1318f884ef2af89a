import { expect, test } from 'vitest'
import { answerError } from '../../src/osf/answer-error.js'
import type { OsfRequest } from '../../src/osf/osf-request.js'

const request: OsfRequest = {
  method: 'PUT',
  url: new URL('https://files.de-1.osf.io/v1/resources/abcde/providers/osfstorage/553e?kind=file'),
  what: 'the upload of /a.txt',
}

const errorFor = (status: number, json: unknown, headers: Record<string, string> = {}) =>
  answerError({ request, status, json, headers }, 'abcde', 0)

test('a file that is checked out is a fault of that file, not of the token', () => {
  const error = errorFor(403, { message_long: 'File cannot be updated due to checkout status.', code: 403 })
  expect(error).toMatchObject({ kind: 'refused', fatal: false })
  expect(error.message).toBe(
    'files.de-1.osf.io answered 403 (File cannot be updated due to checkout status.) to the upload of /a.txt: check the file in again at OSF',
  )
})

test('the request ID by which OSF finds the case is told', () => {
  const error = errorFor(500, { code: 500, message: 'Oops' }, { 'x-waterbutler-request-id': '5c1e' })
  expect(error.message).toBe(
    'files.de-1.osf.io answered 500 (Oops; request 5c1e) to the upload of /a.txt: the next run tries again',
  )
})

test('a page of HTML in place of an answer is one line all the same', () => {
  expect(errorFor(502, undefined).message).toBe(
    'files.de-1.osf.io answered 502 to the upload of /a.txt: the next run tries again',
  )
})

test('the wait that OSF asks for is taken up', () => {
  expect(errorFor(429, { error: 'API rate-limiting active' }, { 'retry-after': '9' }).retryAfterMs).toBe(9000)
})
