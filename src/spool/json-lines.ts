import type { z } from 'zod'
import { LineReader } from '../durable/line-reader.js'
import { unlessStrange, type Tell } from '../durable/strange-entry.js'
import { UntrustedFolder } from '../durable/untrusted-folder.js'

/** A file of JSON lines in one of a spool's folders of records. */
export interface RecordFile {
  readonly spool: string
  readonly folder: string
  readonly name: string
  readonly mostBytes: number
  /** Where a line has none of this in it, it is passed over unread. */
  readonly having?: string
}

/**
 * The values of a file's lines that `schema` knows, in order; none where there is no such file. What is no line of its kind
 * is passed over: torn, too long, of a newer version, or put there by somebody else.
 * @throws StrangeEntryError where the file is none that can be read, unless there is `tell`
 */
export async function* jsonLines<Schema extends z.ZodType>(
  from: RecordFile,
  schema: Schema,
  tell?: Tell,
): AsyncGenerator<z.infer<Schema>> {
  const opening = openRecords(from)
  await using file = await (tell ? unlessStrange(opening, tell) : opening)
  if (!file) return
  const found: z.infer<Schema>[] = []
  const take = (line: Buffer, _ended: boolean, bytes: number) => {
    if (bytes > line.length || (from.having !== undefined && !line.includes(from.having))) return
    const parsed = schema.safeParse(parseJson(line))
    if (parsed.success) found.push(parsed.data)
  }
  const pieces = new LineReader(file.size).pieces(file, take)
  while (await (tell ? unlessStrange(hasNext(pieces), tell) : hasNext(pieces))) yield* found.splice(0)
  yield* found
}

async function openRecords({ spool, folder, name, mostBytes }: RecordFile) {
  await using records = await UntrustedFolder.open(spool, folder)
  return await records?.file(name, { mostBytes })
}

const hasNext = async (pieces: AsyncGenerator): Promise<boolean> => !(await pieces.next()).done

function parseJson(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'))
  } catch {
    return undefined
  }
}
