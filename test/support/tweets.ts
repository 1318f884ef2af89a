/** A snowflake ID of the moment `ms`; `sequence` tells apart those of one moment. */
export const idAt = (ms: number, sequence = 0): string =>
  String((BigInt(ms - 1_288_834_974_657) << 22n) | BigInt(sequence))

/** A small payload as X sends it, of a tweet made at `ms`. */
export function payload(ms: number, { sequence = 0, text = 'hello', authorId = '7' } = {}): Buffer {
  const id = idAt(ms, sequence)
  return Buffer.from(
    JSON.stringify({
      data: { id, author_id: authorId, conversation_id: id, created_at: new Date(ms).toISOString(), lang: 'en', text },
      includes: { users: [{ id: authorId, name: `Name ${authorId}`, username: `user${authorId}` }] },
    }),
  )
}

/** The IDs of a minute file's lines. */
export const idsOf = (content: string): string[] =>
  content
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { data: { id: string } }).data.id)
