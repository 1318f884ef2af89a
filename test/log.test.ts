import { expect, test } from 'vitest'
import { createLog } from '../src/log.js'

function logged(form: 'text' | 'json', isJournal: boolean, use: (log: ReturnType<typeof createLog>) => void): string {
  let text = ''
  const write = (more: string) => (text += more)
  use(createLog({ write, isJournal }, form, () => Date.parse('2026-11-21T13:07:12Z')))
  return text
}

const STRANGE = 'a\u001b[31m\n2026-11-27T00:00:00Z ERROR forged\u202e'

test.each(['text', 'json'] as const)(
  "a stranger's text makes no line of its own and steers no terminal (%s)",
  (form) => {
    const text = logged(form, false, (log) => {
      log.warn({ file: STRANGE, [STRANGE]: 1, deep: { text: STRANGE } }, STRANGE)
    })
    expect(text.split('\n')).toHaveLength(2)
    expect(text.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    if (form === 'json')
      expect(JSON.parse(text)).toMatchObject({ file: STRANGE, msg: STRANGE, deep: { text: STRANGE } })
  },
)

test("a bug's stack is indented, so that no line of it can be taken for one of the log", () => {
  const text = logged('text', false, (log) => {
    log.error(new Error(STRANGE))
  })
  expect(
    text
      .trimEnd()
      .split('\n')
      .slice(1)
      .every((line) => line.startsWith('    ')),
  ).toBe(true)
  expect(text).not.toContain('\u001b')
})

test('in the journal of systemd each line has its priority, and no second time', () => {
  const text = logged('text', true, (log) => {
    log.info('all is well')
    log.warn({ n: 1 }, 'look at this')
    log.error(new Error('a bug'))
  })
  const lines = text.trimEnd().split('\n')
  expect(lines.slice(0, 3)).toEqual(['<6>info  all is well', '<4>WARN  look at this  n=1', '<3>ERROR a bug'])
  expect(lines.length).toBeGreaterThan(3)
  expect(lines.slice(3).every((line) => line.startsWith('<3>    '))).toBe(true)
})

test('JSON in the journal has its priority too', () => {
  const text = logged('json', true, (log) => {
    log.warn('look')
  })
  expect(text).toMatch(/^<4>\{.*\}\n$/)
})

test('a log can be told to say more or less while it is in use', () => {
  const text = logged('text', false, (log) => {
    log.debug('one')
    log.level = 'debug'
    log.debug('two')
    log.level = 'error'
    log.warn('three')
  })
  expect(text).toBe('2026-11-21T13:07:12Z debug two\n')
})
