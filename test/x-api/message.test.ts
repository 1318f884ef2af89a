import { describe, expect, test } from 'vitest'
import { readMessage } from '../../src/x-api/message.js'

const message = (value: unknown) => readMessage(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)))

describe('a line is a tweet, or the spool’s to judge', () => {
  test.each([
    '{"data":{"id":"1"}}',
    '{"data":{"id":"1"',
    '{ "data" : {"id":"1"}}',
    '{"includes":{"posts":[]},"matching_rules":[],"data":{"id":"1"}}',
    '{"errors":[{"title":"Not Found Error","type":"https://api.twitter.com/2/problems/resource-not-found"}],"data":{}}',
    'no json',
    '[]',
    '"text"',
    '17',
    'null',
  ])('%s', (line) => {
    expect(message(line)).toBeUndefined()
  })
})

describe('goodbyes', () => {
  test.each([
    {
      title: 'operational-disconnect',
      disconnect_type: 'OperationalDisconnect',
      detail: 'This stream has been disconnected for operational reasons.',
      type: 'https://api.twitter.com/2/problems/operational-disconnect',
    },
    {
      title: 'operational-disconnect',
      disconnect_type: 'UpstreamOperationalDisconnect',
      detail: 'This stream has been disconnected upstream for operational reasons.',
      type: 'https://api.x.com/2/problems/operational-disconnect',
    },
    { disconnect_type: 'SomeNewKindOfDisconnect' },
    { title: 'client-disconnected', type: 'https://api.x.com/2/problems/client-disconnected' },
    { title: 'operational-disconnect', type: 'https://api.some-new-host.com/2/problems/operational-disconnect' },
  ])('%j', (error) => {
    expect(message({ errors: [error] })?.goodbye).toMatchObject({ tooManyConnections: false })
    expect(message(error)?.goodbye).toMatchObject({ tooManyConnections: false })
  })

  test('one that says that another connection has taken the place', () => {
    const error = {
      title: 'ConnectionException',
      detail: 'This stream is currently at the maximum allowed connection limit.',
      connection_issue: 'TooManyConnections',
      type: 'https://api.twitter.com/2/problems/streaming-connection',
    }
    expect(message(error)?.goodbye).toEqual({
      text: 'ConnectionException: This stream is currently at the maximum allowed connection limit.',
      tooManyConnections: true,
    })
  })
})

test.each(['{}', '{"warning":"soon"}', '{"errors":[]}', '{"errors":null}', '{"errors":[null,1,{"title":7}]}'])(
  'an unknown message is no goodbye: %s',
  (line) => {
    expect(message(line)).toEqual({ goodbye: undefined })
  },
)
