/** Merges an hour of two servers with DuckDB and writes what the archive holds: duckdb-hour.js SPOOL_1 SPOOL_2 FOLDER */
import { DuckDBInstance } from '@duckdb/node-api'

const [, , spool1 = '', spool2 = '', folder = ''] = process.argv

const COLUMNS = `{
  data: 'STRUCT(id VARCHAR, conversation_id VARCHAR, author_id VARCHAR, created_at VARCHAR, source VARCHAR,
    lang VARCHAR, text VARCHAR, note_tweet STRUCT(text VARCHAR),
    referenced_tweets STRUCT(type VARCHAR, id VARCHAR)[])',
  includes: 'STRUCT(users STRUCT(id VARCHAR, created_at VARCHAR, location VARCHAR, name VARCHAR, username VARCHAR,
    verified BOOLEAN, protected BOOLEAN, public_metrics STRUCT(followers_count BIGINT, following_count BIGINT,
    tweet_count BIGINT, listed_count BIGINT))[])',
  __twarc: 'STRUCT(retrieved_at VARCHAR)'
}`

const rowsOf = (spool: string, server: 1 | 2): string => `
  SELECT ${server} AS server, data, __twarc.retrieved_at AS retrieved_at,
    list_filter(includes.users, lambda user: user.id = data.author_id)[-1] AS author
  FROM read_json('${spool}/*/*/*.jsonl', format = 'newline_delimited', columns = ${COLUMNS})`

const AUTHOR = `
  author.created_at AS "author.created_at", author.location AS "author.location", author.name AS "author.name",
  author.username AS "author.username", author.verified AS "author.verified", author.protected AS "author.protected",
  author.public_metrics.followers_count AS "author.public_metrics.followers_count",
  author.public_metrics.following_count AS "author.public_metrics.following_count",
  author.public_metrics.tweet_count AS "author.public_metrics.tweet_count",
  author.public_metrics.listed_count AS "author.public_metrics.listed_count"`

const STEPS = [
  `CREATE TABLE merged AS
     SELECT data.id::UBIGINT AS number, arg_min(copy, (server, retrieved_at)) AS copy,
       string_agg(DISTINCT server::VARCHAR, '' ORDER BY server::VARCHAR) AS servers
     FROM (SELECT data, server, retrieved_at, {data: data, author: author, retrieved_at: retrieved_at} AS copy
           FROM (${rowsOf(spool1, 1)} UNION ALL ${rowsOf(spool2, 2)}))
     GROUP BY number`,
  `CREATE VIEW rows AS SELECT number, copy.data, copy.author, copy.retrieved_at, servers FROM merged`,
  `COPY (SELECT data.id FROM rows ORDER BY number) TO '${folder}/IDs.txt' (FORMAT csv, HEADER false)`,
  `COPY (
     SELECT data.id, data.conversation_id, data.author_id, data.created_at, retrieved_at, data.source, data.lang,
       regexp_replace(coalesce(nullif(data.note_tweet.text, ''), data.text),
         '\\r\\n|[\\n\\x0b\\f\\r\\x{85}\\x{2028}\\x{2029}]', ' ', 'g') AS text,
       coalesce(data.referenced_tweets[1].type, 'original') AS reference_type,
       data.referenced_tweets[1].id AS referenced_tweet_id, ${AUTHOR},
       list_aggregate(list_transform(data.referenced_tweets, lambda other: other.type || ':' || other.id),
         'string_agg', ' ') AS referenced_tweets,
       servers
     FROM rows ORDER BY number) TO '${folder}/tweets.csv' (FORMAT csv, HEADER true)`,
  `COPY (
     SELECT author_id, lang, ${AUTHOR}
     FROM (SELECT data.author_id AS author_id, arg_max({lang: data.lang, author: author}, (author IS NOT NULL, number)) AS last
           FROM rows GROUP BY data.author_id), LATERAL (SELECT last.lang AS lang, last.author AS author)
     ORDER BY author_id::UBIGINT) TO '${folder}/users.csv' (FORMAT csv, HEADER true)`,
]

const instance = await DuckDBInstance.create(':memory:')
const connection = await instance.connect()
for (const step of STEPS) await connection.run(step)
