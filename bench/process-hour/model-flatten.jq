# A payload of the stream as a row of CSV, with the columns of tweets.csv but for the last.
def one_line: if test("[\n\u000b\f\r\u0085\u2028\u2029]") then gsub("\r\n|[\n\u000b\f\r\u0085\u2028\u2029]"; " ") else . end;
.data as $tweet
| ([.includes.users[]? | select(.id == $tweet.author_id)] | last) as $author
| ($tweet.referenced_tweets // []) as $references
| [
    $tweet.id,
    $tweet.conversation_id,
    $tweet.author_id,
    $tweet.created_at,
    .__twarc.retrieved_at,
    $tweet.source,
    $tweet.lang,
    ($tweet.note_tweet.text // $tweet.text | one_line),
    ($references[0].type // "original"),
    $references[0].id,
    $author.created_at,
    $author.location,
    $author.name,
    $author.username,
    $author.verified,
    $author.protected,
    $author.public_metrics.followers_count,
    $author.public_metrics.following_count,
    $author.public_metrics.tweet_count,
    $author.public_metrics.listed_count,
    ($references | map("\(.type):\(.id)") | join(" "))
  ]
| @csv
