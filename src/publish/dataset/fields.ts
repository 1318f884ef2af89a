/** A column of a published table, as Table Schema (datapackage.org) has it. */
export interface Field {
  readonly name: string
  readonly type: 'string' | 'integer' | 'datetime'
  readonly description: string
  readonly constraints?: Readonly<Record<string, unknown>>
}

const count = { minimum: 0 }

/** The one column of an hour's IDs; text, for a number would lose the last digits. */
export const idFields: readonly Field[] = [
  {
    name: 'id',
    type: 'string',
    description: 'ID of a post, ascending, each once. Read it as text: as a floating-point number it loses digits.',
    constraints: { required: true, unique: true, pattern: '[0-9]{1,19}' },
  },
]

/** The columns of `hours.csv`. */
export const hourFields: readonly Field[] = [
  {
    name: 'hour',
    type: 'datetime',
    description: 'Beginning of the hour, UTC. A post belongs to the hour in which it was made, which its ID tells.',
    constraints: { required: true, unique: true },
  },
  {
    name: 'state',
    type: 'string',
    description:
      'published: the file is here. pending: it is archived and will be uploaded. empty: nothing was received. ' +
      'missing: the hour is not archived.',
    constraints: { required: true, enum: ['published', 'pending', 'empty', 'missing'] },
  },
  { name: 'ids', type: 'integer', description: 'Number of IDs.', constraints: count },
  { name: 'both', type: 'integer', description: 'Of these, received by both servers.', constraints: count },
  { name: 'only_1', type: 'integer', description: 'Of these, received by server 1 alone.', constraints: count },
  { name: 'only_2', type: 'integer', description: 'Of these, received by server 2 alone.', constraints: count },
  {
    name: 'without',
    type: 'string',
    description: 'Servers (1, 2) that had delivered nothing, or not all, when the hour was archived.',
  },
  {
    name: 'revision',
    type: 'integer',
    description: '1 when first archived; one more each time that late posts were added.',
    constraints: { minimum: 1 },
  },
  { name: 'path', type: 'string', description: "The file with the hour's IDs." },
  { name: 'bytes', type: 'integer', description: 'Its size.', constraints: { minimum: 1 } },
  { name: 'sha256', type: 'string', description: 'Its SHA-256.', constraints: { pattern: '[0-9a-f]{64}' } },
]

const reportHour: Field = { name: 'hour', type: 'string', description: 'Hour of the day, 00 to 23, UTC.' }

/** The columns of a day report, with two servers and with one. */
export const reportFields = (redundant: boolean): readonly Field[] =>
  redundant
    ? [
        reportHour,
        { name: 'serv 1', type: 'integer', description: 'Posts that server 1 received, each once.' },
        { name: 'serv 2', type: 'integer', description: 'Posts that server 2 received, each once.' },
        { name: 'total', type: 'integer', description: 'Posts that either received: the IDs of the hour.' },
        { name: 'diff', type: 'integer', description: 'Posts that one server alone received.' },
        { name: 'diff %', type: 'string', description: 'diff in percent of total.' },
      ]
    : [reportHour, { name: 'tweets', type: 'integer', description: 'Posts received: the IDs of the hour.' }]
