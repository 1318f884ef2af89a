const authorColumns = [
  'author.created_at',
  'author.location',
  'author.name',
  'author.username',
  'author.verified',
  'author.protected',
  'author.public_metrics.followers_count',
  'author.public_metrics.following_count',
  'author.public_metrics.tweet_count',
  'author.public_metrics.listed_count',
] as const

/** A row's cells in the order of tweets.csv, without the last column (`servers`), which only merging knows. */
export const rowColumns = [
  'id',
  'conversation_id',
  'author_id',
  'created_at',
  'retrieved_at',
  'source',
  'lang',
  'text',
  'reference_type',
  'referenced_tweet_id',
  ...authorColumns,
  'referenced_tweets',
] as const

/** The header of tweets.csv. */
export const tweetColumns = [...rowColumns, 'servers'] as const

/** The header of users.csv. */
export const userColumns = ['author_id', 'lang', ...authorColumns] as const

export type RowColumn = (typeof rowColumns)[number]

/** Where a column's cell stands in a row. */
export const cellIndex = Object.fromEntries(rowColumns.map((name, index) => [name, index])) as Record<RowColumn, number>
