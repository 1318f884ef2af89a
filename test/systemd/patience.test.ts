import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ANSWER_MS } from '../../src/health/mail/conversation.js'

const folder = join(import.meta.dirname, '../../systemd')
const services = readdirSync(folder).filter((name) => name.endsWith('.service'))
const unit = (name: string) => readFileSync(join(folder, name), 'utf8')

const UNITS: Record<string, number> = { s: 1, sec: 1, m: 60, min: 60, h: 3600, '': 1 }

/** `6h`, `5min`, `30` as systemd and `--retry` read them, in s; NaN where there is none. */
function seconds(text: string | undefined): number {
  const [, number, word = ''] = /^(\d+)(\w*)$/.exec(text ?? '') ?? []
  return Number(number) * (UNITS[word] ?? NaN)
}
const setting = (name: string, key: string) => seconds(new RegExp(`^${key}=(\\S+)$`, 'm').exec(unit(name))?.[1])
const retry = (name: string) => seconds(/--retry (\S+)/.exec(unit(name))?.[1] ?? '0')

/** The slowest mail that RFC 5321 allows: greeting, EHLO twice, AUTH, MAIL, RCPT, DATA, one part, the final dot. */
const SLOWEST_MAIL_S =
  (6 * ANSWER_MS.other + ANSWER_MS.DATA + ANSWER_MS['a part of the mail'] + ANSWER_MS['the end of the mail']) / 1000
/** What `alert`, and a verb that has failed, give a mail; what is not sent by then waits. */
const LAST_WORDS_S = 10

describe('systemd breaks off no mail that a slow mail server still takes', () => {
  test('of the services that send mails as a part of their work', () => {
    for (const name of ['collector-process-hour.service', 'collector-report.service'])
      expect(setting(name, 'TimeoutStartSec'), name).toBeGreaterThan(retry(name) + SLOWEST_MAIL_S)
  })

  test('and none but those is kept waiting by a mail for longer than ten seconds', () => {
    for (const name of services.filter((name) => name !== 'collector-collect.service'))
      expect(setting(name, 'TimeoutStartSec'), name).toBeGreaterThan(retry(name) + LAST_WORDS_S)
    expect(setting('collector-collect.service', 'TimeoutStopSec')).toBeGreaterThan(LAST_WORDS_S)
  })

  test('a collector has as long as a slow disk needs to seal what a crash left open', () => {
    expect(setting('collector-collect.service', 'TimeoutStartSec')).toBeGreaterThanOrEqual(600)
  })
})

test('SIGHUP, on which the collector reads its log level anew, is what systemctl reload sends', () => {
  expect(unit('collector-collect.service')).toMatch(/^ExecReload=\/bin\/kill -HUP \$MAINPID$/m)
})
