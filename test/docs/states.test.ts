import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DATASET_STATES } from '../../src/publish/dataset/dataset.js'
import { gapFields, hourFields } from '../../src/publish/dataset/fields.js'
import { GAP_REASONS, HOUR_STATES } from '../../src/vault/listening.js'

const page = readFileSync(new URL('../../docs/archive-format.md', import.meta.url), 'utf8')
const field = (fields: typeof hourFields, name: string) => fields.find((field) => field.name === name)

test('the page of the archive and the data package describe every state that an hour can have, and no other', () => {
  const [, table = ''] = page.split('### The state of an hour')
  const told = [...table.matchAll(/^\| `([a-z ]+)` +\|/gm)].map(([, state = '']) => state)
  expect(told.slice(0, HOUR_STATES.length).sort()).toEqual([...HOUR_STATES].sort())
  const state = field(hourFields, 'state')
  expect(state?.constraints?.['enum']).toEqual([...DATASET_STATES])
  expect([...DATASET_STATES].sort()).toEqual([...HOUR_STATES, 'not archived'].sort())
  for (const one of DATASET_STATES) expect(state?.description).toContain(`${one}: `)
})

test('the page of the archive and the data package name every reason of a gap', () => {
  for (const reason of GAP_REASONS) expect(page).toContain(`\`${reason}\``)
  for (const reason of [...GAP_REASONS, 'damaged', 'not archived'])
    expect(field(gapFields, 'reason')?.description).toContain(reason)
})
