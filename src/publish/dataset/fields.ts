import { DATASET_STATES } from './dataset.js'

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

const heardField = (name: string, what: string): Field => ({
  name,
  type: 'integer',
  description: `Seconds of the hour in which ${what}, or got it by backfill; empty where that is not known.`,
  constraints: { minimum: 0, maximum: 3600 },
})

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
      'complete: a server heard the stream at every moment of the hour. partial: there are seconds that nobody heard, see ' +
      'gaps.csv. not collected: no server was connected. empty: connected throughout, and nothing came. damaged: archived ' +
      'once, and not readable now, or not all of it. unknown: nothing tells whether the servers were connected throughout. ' +
      'not archived: the hour waits, or has failed.',
    constraints: { required: true, enum: [...DATASET_STATES] },
  },
  {
    name: 'ids',
    type: 'integer',
    description:
      'Number of IDs. Empty, with the next three, where it is not known: of a damaged hour the file may be an earlier one than the archive has.',
    constraints: count,
  },
  { name: 'both', type: 'integer', description: 'Of these, received by both servers.', constraints: count },
  { name: 'only_1', type: 'integer', description: 'Of these, received by server 1 alone.', constraints: count },
  { name: 'only_2', type: 'integer', description: 'Of these, received by server 2 alone.', constraints: count },
  {
    name: 'rejected',
    type: 'integer',
    description: 'Lines that could not be used, of both servers.',
    constraints: count,
  },
  heardField('seconds_heard_1', 'server 1 heard the stream'),
  heardField('seconds_heard_2', 'server 2 heard the stream'),
  heardField('seconds_heard', 'at least one server heard the stream'),
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
  {
    name: 'file',
    type: 'string',
    description: 'published: the file is here. pending: it will be uploaded, or uploaded anew. Empty: there is none.',
    constraints: { enum: ['published', 'pending'] },
  },
  { name: 'path', type: 'string', description: "The file with the hour's IDs." },
  { name: 'bytes', type: 'integer', description: 'Its size.', constraints: { minimum: 1 } },
  { name: 'sha256', type: 'string', description: 'Its SHA-256.', constraints: { pattern: '[0-9a-f]{64}' } },
]

/** The columns of `gaps.csv`. */
export const gapFields: readonly Field[] = [
  { name: 'from', type: 'datetime', description: 'Beginning, UTC.', constraints: { required: true } },
  { name: 'to', type: 'datetime', description: 'End, UTC.', constraints: { required: true } },
  {
    name: 'server',
    type: 'string',
    description:
      'Which did not hear the stream: 1, 2, or 12 where neither did (with two servers). What a server missed alone is here all ' +
      'the same: the other one heard it.',
    constraints: { required: true, enum: ['1', '2', '12'] },
  },
  {
    name: 'reason',
    type: 'string',
    description:
      'before the first start, stopped, not running (killed or crashed), disconnected, disk full, silent stream (connected, ' +
      'and nothing came), not delivered (yet to the archive), file lost, damaged, not archived, not known. Where two servers had ' +
      'different ones: "1: stopped, 2: disconnected".',
    constraints: { required: true },
  },
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
