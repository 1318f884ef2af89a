import { expect, test } from 'vitest'
import { LineSplitter } from '../../src/x-api/line-splitter.js'

const STREAM = Buffer.from('{"data":{"text":"schön 今日は 👩‍👩‍👧"}}\r\n\r\n{"data":{"id":"2"}}\n')
const LINES = ['{"data":{"text":"schön 今日は 👩‍👩‍👧"}}', '{"data":{"id":"2"}}']

const texts = (lines: Buffer[]) => lines.map((line) => line.toString())

test('lines are the same wherever the chunks were cut, also inside a character and between CR and LF', () => {
  for (let cut = 0; cut <= STREAM.length; cut++) {
    const splitter = new LineSplitter()
    const lines = [...splitter.push(STREAM.subarray(0, cut)), ...splitter.push(STREAM.subarray(cut))]
    expect(texts(lines), `cut at ${cut}`).toEqual(LINES)
    expect(splitter.pendingBytes).toBe(0)
    expect([splitter.takeKeepAlive(), splitter.takeKeepAlive()]).toEqual([true, false])
  }
})

test('lines are the same when every byte comes alone', () => {
  const splitter = new LineSplitter()
  expect(texts([...STREAM].flatMap((byte) => splitter.push(Buffer.from([byte]))))).toEqual(LINES)
})

test('a keep-alive split between CR and LF is one, and none before its LF', () => {
  const splitter = new LineSplitter()
  expect([splitter.push(Buffer.from('\r')), splitter.takeKeepAlive()]).toEqual([[], false])
  expect([splitter.push(Buffer.from('\n')), splitter.takeKeepAlive()]).toEqual([[], true])
})

test('a CR inside a line is kept', () => {
  expect(texts(new LineSplitter().push(Buffer.from('a\rb\r\r\n')))).toEqual(['a\rb\r'])
})

test('U+2028 and NEL do not end a line', () => {
  expect(texts(new LineSplitter().push(Buffer.from('a\u2028b\u0085c\n')))).toEqual(['a\u2028b\u0085c'])
})

test('an endless line fills no memory: it comes out cut off, and the next line is whole', () => {
  const splitter = new LineSplitter(10)
  for (let i = 0; i < 1000; i++) expect(splitter.push(Buffer.from('12345678'))).toEqual([])
  expect(splitter.pendingBytes).toBe(8000)
  expect(texts(splitter.push(Buffer.from('\nnext\n12345678901234\n')))).toEqual(['1234567812', 'next', '1234567890'])
})

test('what stands behind the last line end of a stream that is over is a line, unless it is blank', () => {
  const splitter = new LineSplitter()
  splitter.push(Buffer.from('a\r\nlast'))
  expect(splitter.takeRest()?.toString()).toBe('last')
  splitter.push(Buffer.from('b\n \r'))
  expect(splitter.takeRest()).toBeUndefined()
})

test('a million line ends make no lines', () => {
  const splitter = new LineSplitter()
  expect(splitter.push(Buffer.alloc(1e6, 0x0a))).toEqual([])
  expect(splitter.takeKeepAlive()).toBe(true)
})
