import { z } from 'zod'
import { CorruptStateError } from '../../durable/state-file.js'
import { parseArchiveName } from '../../vault/archive-names.js'
import { readBook, stateOfHour, type Book } from '../../vault/book.js'
import { HOUR_STATES, listeningSchema } from '../../vault/listening.js'

const count = z.int().nonnegative()

/** What the data set tells of an archived hour, from its book. */
export const hourFactsSchema = z.object({
  state: z.enum(HOUR_STATES),
  redundant: z.boolean(),
  archived: count,
  both: count,
  only_1: count,
  only_2: count,
  rejected: count,
  missing_servers: z.array(z.int()),
  revision: count,
  listening: listeningSchema.optional(),
  /** The archive file of its IDs. */
  ids: z.object({ name: z.string(), bytes: count, sha256: z.string() }).optional(),
  program: z.object({ version: z.string(), compressor: z.string() }),
})

export type HourFacts = z.infer<typeof hourFactsSchema>

/** `there`: the names in the day's folder. An hour whose book cannot be read, or whose archive files are gone, is damaged. */
export async function readHourFacts(
  vault: string,
  hour: number,
  there: ReadonlySet<string>,
): Promise<HourFacts | 'damaged'> {
  const book = await readBook(vault, hour).catch((error: unknown) => {
    if (error instanceof CorruptStateError) return undefined
    throw error
  })
  if (!book) return 'damaged'
  const facts = factsOf(book)
  return book.archive.every(({ name }) => there.has(name)) ? facts : { ...facts, state: 'damaged' }
}

/** Without its list of inputs: years of them would fill the memory. */
function factsOf(book: Book): HourFacts {
  const { redundant, archived, both, only_1, only_2, missing_servers, revision, listening, servers, program } = book
  const entry = book.archive.find(({ name }) => parseArchiveName(name)?.kind === 'IDs')
  return {
    ...{ state: stateOfHour(book), redundant, archived, both, only_1, only_2, missing_servers, revision },
    rejected: servers[1].rejected + servers[2].rejected,
    ...(listening && { listening }),
    ...(entry && { ids: { name: entry.name, bytes: entry.bytes, sha256: entry.sha256 } }),
    program: { version: program.version, compressor: program.compressor },
  }
}
