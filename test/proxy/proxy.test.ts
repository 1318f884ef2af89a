import { expect, test } from 'vitest'
import { isExempt } from '../../src/proxy/no-proxy.js'
import { ProxyError } from '../../src/proxy/proxy-error.js'
import { proxyFor } from '../../src/proxy/proxy.js'

const osf = new URL('https://api.osf.io/v2/')
const nameFor = (variables: NodeJS.ProcessEnv, url = osf) => proxyFor(url, variables)?.name

test('a proxy is named without its password, from whichever variable curl would take', () => {
  expect(nameFor({})).toBeUndefined()
  expect(nameFor({ HTTPS_PROXY: 'http://me:secret@proxy.example:3128' })).toBe('proxy.example:3128')
  expect(nameFor({ https_proxy: 'me:secret@proxy.example:3128' })).toBe('proxy.example:3128')
  expect(nameFor({ https_proxy: 'small:1', HTTPS_PROXY: 'capital:1', ALL_PROXY: 'all:1' })).toBe('small:1')
  expect(nameFor({ all_proxy: 'http://all.example:3128/' })).toBe('all.example:3128')
  expect(nameFor({ HTTPS_PROXY: '', ALL_PROXY: 'https://all.example' })).toBe('all.example')
  expect(nameFor({ HTTP_PROXY: 'http://proxy.example' })).toBeUndefined()
})

test.each(['http://127.0.0.1:9/', 'https://localhost/', 'http://[::1]:9/', 'https://127.9.9.9/'])(
  'what is sent to this machine itself, %s, passes no proxy',
  (url) => {
    expect(nameFor({ ALL_PROXY: 'http://proxy.example' }, new URL(url))).toBeUndefined()
  },
)

test.each([
  [
    'socks5://proxy.example:1080',
    /^ALL_PROXY names a socks5 proxy: only http:\/\/HOST:PORT .* list api\.osf\.io in NO_PROXY$/,
  ],
  ['http://', /^ALL_PROXY is no address: /],
])('%s is no proxy that will do, and the variable is named', (text, words) => {
  const error = (() => {
    try {
      return proxyFor(osf, { ALL_PROXY: text })
    } catch (thrown) {
      return thrown
    }
  })()
  expect(error).toBeInstanceOf(ProxyError)
  expect((error as ProxyError).message).toMatch(words)
  expect(nameFor({ ALL_PROXY: text, NO_PROXY: 'osf.io' })).toBeUndefined()
})

test.each([
  ['api.osf.io', true],
  ['osf.io', true],
  ['.osf.io', true],
  ['*.osf.io', true],
  ['API.OSF.IO.', true],
  ['*', true],
  ['example.org, api.osf.io', true],
  ['example.org api.osf.io:443', true],
  ['api.osf.io:8443', false],
  ['sf.io', false],
  ['files.osf.io', false],
  ['', false],
  [' , ', false],
  ['.', false],
])('NO_PROXY=%s exempts https://api.osf.io: %s', (list, exempt) => {
  expect(isExempt(osf, list)).toBe(exempt)
  expect(nameFor({ ALL_PROXY: 'proxy.example', no_proxy: list }) === undefined).toBe(exempt)
})

test.each([
  ['[2001:db8::1]', true],
  ['2001:db8::1', true],
  ['[2001:db8::1]:443', true],
  ['[2001:db8::1]:80', false],
  ['2001:db8::2', false],
])('NO_PROXY=%s exempts an IPv6 address: %s', (list, exempt) => {
  expect(isExempt(new URL('https://[2001:db8::1]/'), list)).toBe(exempt)
})
