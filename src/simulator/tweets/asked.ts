/** What a request asks a payload to hold, by the parameter that asks for it; with the API's defaults filled in. */
export interface Asked {
  readonly expansions: ReadonlySet<string>
  readonly tweet: ReadonlySet<string>
  readonly user: ReadonlySet<string>
  readonly media: ReadonlySet<string>
  readonly poll: ReadonlySet<string>
  readonly place: ReadonlySet<string>
}

type Names = Iterable<string>

/** Source: docs.x.com, data dictionary. */
const defaults = {
  tweet: ['id', 'text', 'edit_history_tweet_ids'],
  user: ['id', 'name', 'username'],
  media: ['media_key', 'type'],
  poll: ['id', 'options'],
  place: ['id', 'full_name'],
}

/** An expansion brings the field that it expands. */
const expandedFields: Record<string, string> = {
  author_id: 'author_id',
  in_reply_to_user_id: 'in_reply_to_user_id',
  'entities.mentions.username': 'entities',
  'geo.place_id': 'geo',
  'attachments.media_keys': 'attachments',
  'attachments.poll_ids': 'attachments',
  'referenced_tweets.id': 'referenced_tweets',
  'referenced_tweets.id.author_id': 'referenced_tweets',
  'referenced_tweets.id.attachments.media_keys': 'referenced_tweets',
}

/** What is asked for by these names, in whatever order they come. */
export function asking(
  names: { expansions?: Names; tweet?: Names; user?: Names; media?: Names; poll?: Names; place?: Names } = {},
): Asked {
  const expansions = new Set(names.expansions)
  const expanded = [...expansions].flatMap((expansion) => expandedFields[expansion] ?? [])
  return {
    expansions,
    tweet: new Set([...defaults.tweet, ...expanded, ...(names.tweet ?? [])]),
    user: new Set([...defaults.user, ...(names.user ?? [])]),
    media: new Set([...defaults.media, ...(names.media ?? [])]),
    poll: new Set([...defaults.poll, ...(names.poll ?? [])]),
    place: new Set([...defaults.place, ...(names.place ?? [])]),
  }
}

/** The same text for requests that ask for the same. */
export const askedKey = (asked: Asked): string =>
  [asked.expansions, asked.tweet, asked.user, asked.media, asked.poll, asked.place]
    .map((names) => [...names].sort().join(','))
    .join(' ')
