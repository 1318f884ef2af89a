import { expect, test } from 'vitest'
import { StrangeEntryError, strangeOr } from '../../src/durable/strange-entry.js'

const withCode = (code: string) => Object.assign(new Error(code), { code })

test('a full disk is the fault of one entry where that is only read, and of the disk where something is written', () => {
  for (const code of ['ENOSPC', 'EDQUOT']) {
    for (const doing of ['opened', 'listed', 'looked at', 'read'])
      expect(strangeOr(withCode(code), 'x', doing), doing).toBeInstanceOf(StrangeEntryError)
    for (const doing of ['made', 'written', 'renamed to y', 'removed'])
      expect(strangeOr(withCode(code), 'x', doing), doing).not.toBeInstanceOf(StrangeEntryError)
  }
})
