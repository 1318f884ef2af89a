import type { Author } from './author.js'
import type { Tweet } from './tweet.js'

/** Why something that was asked for is not among a payload's includes. Source: recorded payloads of twarc-csv. */
export type PartialError = Record<string, string>

const NOT_FOUND = 'https://api.twitter.com/2/problems/resource-not-found'

export const missingTweet = ({ id }: Tweet): PartialError => ({
  value: id,
  detail: `Could not find tweet with referenced_tweets.id: [${id}].`,
  title: 'Not Found Error',
  resource_type: 'tweet',
  parameter: 'referenced_tweets.id',
  resource_id: id,
  type: NOT_FOUND,
})

export const hiddenTweet = ({ id }: Tweet): PartialError => ({
  resource_id: id,
  parameter: 'referenced_tweets.id',
  resource_type: 'tweet',
  section: 'includes',
  title: 'Authorization Error',
  value: id,
  detail: `Sorry, you are not authorized to see the Tweet with referenced_tweets.id: [${id}].`,
  type: 'https://api.twitter.com/2/problems/not-authorized-for-resource',
})

export const suspendedUser = ({ username }: Author): PartialError => ({
  parameter: 'entities.mentions.username',
  resource_id: username,
  value: username,
  detail: `User has been suspended: [${username}].`,
  title: 'Forbidden',
  resource_type: 'user',
  type: NOT_FOUND,
})

export const missingAuthor = ({ id }: Author): PartialError => ({
  value: id,
  detail: `Could not find user with author_id: [${id}].`,
  title: 'Not Found Error',
  resource_type: 'user',
  parameter: 'author_id',
  resource_id: id,
  type: NOT_FOUND,
})
