import { describe, expect, test } from 'vitest'
import { planRoom, type HourNeed } from '../../src/transfer/room-plan.js'

const need = (hour: number, sizes: number[], thereBytes = 0): HourNeed => ({ hour, sizes, thereBytes })
const plan = (needs: HourNeed[], room: number) => [...planRoom(needs, room)]

describe('of what waits for room', () => {
  test('all goes where there is room for all', () => {
    expect(plan([need(13, [4, 4]), need(14, [6])], 14)).toEqual([
      [13, 2],
      [14, 1],
    ])
  })

  test('the oldest whole hours go', () => {
    expect(plan([need(13, [4, 4]), need(14, [6, 6])], 15)).toEqual([[13, 2]])
  })

  test('a younger hour that fits goes before an older one that does not', () => {
    expect(plan([need(13, [9, 9]), need(14, [5])], 10)).toEqual([[14, 1]])
  })

  test('an hour that wants nothing sent needs no room', () => {
    expect(plan([need(13, []), need(14, [5])], 2)).toEqual([
      [13, 0],
      [14, 0],
    ])
  })

  test('an hour that would never fit goes in parts, its oldest files first', () => {
    expect(plan([need(13, [4, 4, 4]), need(14, [20])], 10)).toEqual([[13, 2]])
  })

  test('an hour waits while the archiving of what lies there will make room for it', () => {
    expect(plan([need(12, [], 8), need(13, [6, 6])], 7)).toEqual([[12, 0]])
  })

  test('without any room nothing goes', () => {
    expect(plan([need(13, [4]), need(14, [6])], -1)).toEqual([[13, 0]])
  })
})
