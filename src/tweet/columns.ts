/** What a cell holds, as text; empty where nothing usable came. */
type ColumnType = 'ID' | 'time' | 'text' | 'count' | 'flag'

/** How a cell is made from its members: `value` is the first usable one of them. */
export type CellKind = 'value' | 'whole text' | 'reference type' | 'reference ID' | 'references'

/** A column of tweets.csv. */
export interface Column {
  readonly name: string
  readonly type: ColumnType
  /**
   * The members of X's payload that the cell is made from, the preferred one first; `[]` stands for each element of a list,
   * and `includes.users[]` for the author among them. Where X has a newer name for a member (`NEWER_NAMES`), that is read too.
   */
  readonly from: readonly [string, ...string[]]
  readonly kind: CellKind
  /** For the data dictionary. */
  readonly meaning: string
}

/** X's description of its API has these names since version 2.167. Either may come; the older one counts unless it is unusable. */
export const NEWER_NAMES: Readonly<Record<string, string>> = {
  note_tweet: 'note_post',
  referenced_tweets: 'referenced_posts',
  tweet_count: 'post_count',
}

const column = <Name extends string>(
  name: Name,
  type: ColumnType,
  from: string | readonly [string, ...string[]],
  meaning: string,
  kind: CellKind = 'value',
) => ({ name, type, from: typeof from === 'string' ? ([from] as const) : from, kind, meaning }) as const

/** Where X puts the author of a tweet. */
export const AUTHOR = 'includes.users[]'
const METRICS = `${AUTHOR}.public_metrics`

/** What users.csv has too. They stand side by side in tweets.csv, so that a user's line is copied from there. */
const authorColumns = [
  column('author.created_at', 'time', `${AUTHOR}.created_at`, 'When the account was made.'),
  column('author.location', 'text', `${AUTHOR}.location`, "The place that the author's profile names, in any words."),
  column('author.name', 'text', `${AUTHOR}.name`, "The name that the author's profile shows."),
  column('author.username', 'text', `${AUTHOR}.username`, "The account's handle, without the @."),
  column('author.verified', 'flag', `${AUTHOR}.verified`, 'Whether X calls the account verified.'),
  column('author.protected', 'flag', `${AUTHOR}.protected`, "Whether only followers see the account's tweets."),
  column('author.public_metrics.followers_count', 'count', `${METRICS}.followers_count`, 'Followers of the account.'),
  column('author.public_metrics.following_count', 'count', `${METRICS}.following_count`, 'Accounts that it follows.'),
  column('author.public_metrics.tweet_count', 'count', `${METRICS}.tweet_count`, 'Tweets of the account so far.'),
  column('author.public_metrics.listed_count', 'count', `${METRICS}.listed_count`, 'Lists that name the account.'),
] as const

const REFERENCE = 'data.referenced_tweets[]'

/**
 * The columns of tweets.csv but for the last, `servers`, which only merging knows. This table is all that a column needs: the
 * parser, the scanner, the headers, the fields that X is asked for and docs/columns.md are made from it. A new column goes
 * to its end, or to the end of `authorColumns`: readers go by the name, people by the order.
 */
export const columns = [
  column('id', 'ID', 'data.id', 'The tweet. `(id >> 22) + 1288834974657` is when it was made, in ms since 1970.'),
  column('conversation_id', 'ID', 'data.conversation_id', 'The tweet that began the conversation.'),
  column('author_id', 'ID', 'data.author_id', 'The account that wrote the tweet.'),
  column('created_at', 'time', 'data.created_at', 'When the tweet was made, as X says.'),
  column('retrieved_at', 'time', '__twarc.retrieved_at', 'When the collector received this copy.'),
  column('source', 'text', 'data.source', 'The program that sent the tweet. X has not given it since December 2022.'),
  column('lang', 'text', 'data.lang', "The tweet's language as X guesses it (BCP 47); `und` where it can't tell."),
  column(
    'text',
    'text',
    ['data.note_tweet.text', 'data.text'],
    'The whole text, also of a long post. Of a retweet X gives a cut one.',
    'whole text',
  ),
  column(
    'reference_type',
    'text',
    `${REFERENCE}.type`,
    'How the tweet refers to another: `retweeted`, `quoted` or `replied_to`, the first where there are several; else `original`.',
    'reference type',
  ),
  column('referenced_tweet_id', 'ID', `${REFERENCE}.id`, 'The tweet that it refers to first.', 'reference ID'),
  ...authorColumns,
  column(
    'referenced_tweets',
    'text',
    [`${REFERENCE}.type`, `${REFERENCE}.id`],
    'All references, as in `quoted:123 replied_to:456`.',
    'references',
  ),
] as const satisfies readonly Column[]

/** The column that merging adds. */
const SERVERS = 'servers'
export const SERVERS_MEANING = 'Which servers delivered the tweet: `1`, `2` or `12`. A set, not a number.'

export type RowColumn = (typeof columns)[number]['name']

/** A row's cells in the order of tweets.csv, without the last column (`servers`), which only merging knows. */
export const rowColumns: readonly RowColumn[] = columns.map(({ name }) => name)

/** The header of tweets.csv. */
export const tweetColumns: readonly string[] = [...rowColumns, SERVERS]

/** The cells before the author's own in a line of users.csv. `lang` is the tweet's. */
export const userKeyColumns = ['author_id', 'lang'] as const satisfies readonly RowColumn[]

/** The header of users.csv. */
export const userColumns: readonly string[] = [...userKeyColumns, ...authorColumns.map(({ name }) => name)]

/** Where a column's cell stands in a row. */
export const cellIndex = Object.fromEntries(rowColumns.map((name, index) => [name, index])) as Record<RowColumn, number>

/** The cells of a row that are the author's: from `first` up to `last`, which is the next one's. */
export const authorCells = {
  first: cellIndex[authorColumns[0].name],
  last: cellIndex[authorColumns[0].name] + authorColumns.length,
} as const
