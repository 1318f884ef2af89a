import fc from 'fast-check'

const ANY_ID = '1461345678901234567'

const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('"data"', '"id"', '"text"', '"includes"') },
  { weight: 1, arbitrary: fc.constantFrom('"\\u0064ata"', '"\\u0069d"', '"__proto__"', '""', '"i\\u0064"', '"Id"') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }).map((text) => JSON.stringify(text)) },
)
const scalar = fc.oneof(
  fc.constantFrom(
    `"${ANY_ID}"`,
    '"1"',
    '"1a"',
    '""',
    ANY_ID,
    '"\\u0031"',
    'null',
    'true',
    'false',
    '[]',
    '{}',
    '0',
    '-0',
    '12.50',
  ),
  fc.constantFrom(
    '01',
    '1e5',
    '1E+2',
    '-',
    '1.',
    'nul',
    '"\\x"',
    '"\\u00zz"',
    '"\\u00E9\\n"',
    '"{\\"id\\":\\"7\\"}"',
    ' 1',
    '1 ',
  ),
  fc.double().map((number) => String(number)),
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => JSON.stringify(text)),
  fc.string({ unit: 'binary-ascii', maxLength: 6 }).map((text) => `"${text}"`),
)
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    { weight: 3, arbitrary: scalar },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 3 }).map((values) => `[${values.join(',')}]`) },
    { weight: 2, arbitrary: fc.array(fc.tuple(name, tie('value')), { maxLength: 4 }).map(objectText) },
  ),
}))
function objectText(members: [string, string][]): string {
  return `{${members.map((member) => member.join(':')).join(',')}}`
}
const goodName = fc.constantFrom('"text"', '"author_id"', '"lang"', '"entities"')
const payload = fc
  .tuple(
    fc.array(fc.tuple(fc.oneof(goodName, name), value), { maxLength: 3 }),
    fc.nat(3),
    fc.array(fc.tuple(name, value), { maxLength: 2 }),
  )
  .map(([members, at, others]) =>
    objectText([['"data"', objectText(members.toSpliced(at, 0, ['"id"', `"${ANY_ID}"`]))], ...others]),
  )

/** A text with some of its bytes changed, left out or come twice, or its end torn off. */
const damage = fc.oneof(
  fc.constant((bytes: Buffer) => bytes),
  fc.tuple(fc.nat(), fc.nat(255)).map(([at, byte]) => (bytes: Buffer) => {
    const changed = Buffer.from(bytes)
    changed[at % Math.max(bytes.length, 1)] = byte
    return changed
  }),
  fc.nat().map((at) => (bytes: Buffer) => bytes.subarray(0, at % (bytes.length + 1))),
  fc.tuple(fc.nat(), fc.nat(5)).map(([at, count]) => (bytes: Buffer) => {
    const start = at % (bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + count)])
  }),
  fc.tuple(fc.nat(), fc.nat(5)).map(([at, count]) => (bytes: Buffer) => {
    const start = at % (bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, start + count), bytes.subarray(start)])
  }),
)

/**
 * Lines of JSON as X would write it and as nobody does, with names twice and with escapes, and IDs of all kinds at any
 * place; many of them damaged, so that they are no JSON or no UTF-8.
 */
export const anyLine: fc.Arbitrary<Buffer> = fc
  .tuple(fc.oneof(payload, payload, value), damage)
  .map(([text, damaged]) => damaged(Buffer.from(text)))
