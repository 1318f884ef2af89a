import { version } from '../../src/version.js'
import type { WrittenArchive } from '../../src/vault/archive-writer.js'
import type { Book, ServerCounts } from '../../src/vault/book.js'
import { hourName } from '../../src/utc.js'

const none: ServerCounts = { lines: 0, distinct: 0, repeated: 0, rejected: 0, rejected_by_collector: 0 }

/** A book that names what was written; its counts of lines are of no meaning. */
export const bookOf = (hour: number, { archive, users, compressor }: WrittenArchive, revision = 1): Book => ({
  hour: hourName(hour),
  redundant: true,
  revision,
  revisions: [{ revision, at: '2026-11-21T14:20:00Z', change: 'a test' }],
  program: { version, compressor, preset: 1 },
  servers: { 1: none, 2: none },
  archived: 0,
  both: 0,
  only_1: 0,
  only_2: 0,
  users,
  missing_servers: [],
  archive,
  inputs: [],
})
