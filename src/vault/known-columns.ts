import { OperatorError } from '../operator-error.js'
import { tweetColumns, userColumns } from '../tweet/columns.js'
import type { ArchiveKind } from './archive-names.js'
import type { ArchiveFile, Book } from './book.js'
import { entryOf } from './lost-rows.js'

/** The columns of the tables, as this version writes them. */
export const tableColumns: Readonly<Partial<Record<ArchiveKind, readonly string[]>>> = {
  tweets: tweetColumns,
  users: userColumns,
}

const AUTHOR_METRICS = ['followers', 'following', 'tweet', 'listed'].map(
  (name) => `author.public_metrics.${name}_count`,
)

/** The header of every tweets.csv whose book doesn't name it: versions before 0.2 wrote those. */
const COLUMNS_BEFORE_0_2: readonly string[] = [
  ...['id', 'conversation_id', 'author_id', 'created_at', 'retrieved_at', 'source', 'lang', 'text'],
  ...[
    'reference_type',
    'referenced_tweet_id',
    'author.created_at',
    'author.location',
    'author.name',
    'author.username',
  ],
  ...['author.verified', 'author.protected', ...AUTHOR_METRICS, 'referenced_tweets', 'servers'],
]

/** The header that a tweets.csv has, or had before it was damaged. */
export const headerOfTweets = (entry: ArchiveFile | undefined): readonly string[] =>
  entry?.columns ?? COLUMNS_BEFORE_0_2

/** A table with columns that this version doesn't know. They would be lost if it wrote the table anew. */
export class UnknownColumnsError extends OperatorError {
  constructor(table: string, unknown: readonly string[]) {
    super(
      `${table} has columns that this version doesn't know (${unknown.join(', ')}): a newer version wrote it. Its hour is left ` +
        'as it is; install that version again',
    )
  }
}

/** Check a table before it is written anew. @throws UnknownColumnsError */
export function checkColumnsKnown(table: string, kind: ArchiveKind, columns: readonly string[]): void {
  const unknown = columns.filter((name) => !tableColumns[kind]?.includes(name))
  if (unknown.length > 0) throw new UnknownColumnsError(table, unknown)
}

/** The same for all tables of an archived hour, as its book has them. */
export function checkBookedColumns(book: Book): void {
  for (const kind of ['tweets', 'users'] as const) {
    const entry = entryOf(book, kind)
    if (entry?.columns) checkColumnsKnown(entry.name, kind, entry.columns)
  }
}
