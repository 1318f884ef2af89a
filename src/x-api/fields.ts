import { AUTHOR, columns } from '../tweet/columns.js'

/** What a stream is asked to put into each tweet, as query parameters. */
type FieldParameters = Readonly<Record<string, readonly string[]>>

/** The members of a part of the payload that columns are made from, and others. */
function fieldsOf(part: string, ...others: string[]): string[] {
  const paths = columns.flatMap(({ from }) => from).filter((path) => path.startsWith(`${part}.`))
  return [...new Set([...others, ...paths.map((path) => path.slice(part.length + 1).replace(/[.[].*/, ''))])].sort()
}

/**
 * What the archive's columns need: the lists of the model's collector, and `note_tweet` for the text of long posts; and
 * `public_metrics`, without which twarc-csv reads none of the files. openapi 2.167 has new names in its answers alone.
 */
const lean: FieldParameters = {
  expansions: ['author_id'],
  'tweet.fields': fieldsOf('data', 'id', 'author_id', 'public_metrics'),
  'user.fields': fieldsOf(AUTHOR, 'id'),
}

/** All that twarc asks for (its src/twarc/expansions.py, 2.14.1), and `note_tweet`. */
const full: FieldParameters = {
  expansions: [
    'author_id',
    'in_reply_to_user_id',
    'referenced_tweets.id',
    'referenced_tweets.id.author_id',
    'entities.mentions.username',
    'attachments.poll_ids',
    'attachments.media_keys',
    'geo.place_id',
    'edit_history_tweet_ids',
  ],
  'tweet.fields': [
    'attachments',
    'author_id',
    'context_annotations',
    'conversation_id',
    'created_at',
    'edit_controls',
    'edit_history_tweet_ids',
    'entities',
    'geo',
    'id',
    'in_reply_to_user_id',
    'lang',
    'note_tweet',
    'possibly_sensitive',
    'public_metrics',
    'referenced_tweets',
    'reply_settings',
    'source',
    'text',
    'withheld',
  ],
  'user.fields': [
    'created_at',
    'description',
    'entities',
    'id',
    'location',
    'name',
    'pinned_tweet_id',
    'profile_image_url',
    'protected',
    'public_metrics',
    'url',
    'username',
    'verified',
    'verified_type',
    'withheld',
  ],
  'media.fields': [
    'alt_text',
    'duration_ms',
    'height',
    'media_key',
    'preview_image_url',
    'public_metrics',
    'type',
    'url',
    'variants',
    'width',
  ],
  'poll.fields': ['duration_minutes', 'end_datetime', 'id', 'options', 'voting_status'],
  'place.fields': ['contained_within', 'country', 'country_code', 'full_name', 'geo', 'id', 'name', 'place_type'],
}

export const fieldParameters = { lean, full } as const
