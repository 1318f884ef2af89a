import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { armDiskFaults } from '../../src/durable/disk-fault.js'
import { traceDisk, type DiskEvent } from '../../src/durable/disk-trace.js'
import { temporaryFolder } from './temporary-folder.js'

/** Has this process' writes fail as told, and everything that they do written down, to the end of the block. */
export async function withDiskFaults(faults?: string) {
  const temporary = await temporaryFolder()
  const file = join(temporary.path, 'trace')
  traceDisk(file)
  armDiskFaults(faults)
  const events = async (): Promise<DiskEvent[]> => eventsIn(file)
  return {
    events,
    /** The codes of the faults that have fired. */
    fired: async () => (await events()).flatMap(({ failed }) => failed ?? []),
    /** Have these fail to the end of the block. */
    armed: (text: string): AsyncDisposable => {
      armDiskFaults(text)
      return {
        [Symbol.asyncDispose]: () => {
          armDiskFaults(undefined)
          return Promise.resolve()
        },
      }
    },
    mend: () => {
      armDiskFaults(undefined)
    },
    [Symbol.asyncDispose]: async () => {
      armDiskFaults(undefined)
      traceDisk(undefined)
      await temporary[Symbol.asyncDispose]()
    },
  }
}

/** The lines of a trace. */
export async function eventsIn(file: string): Promise<DiskEvent[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as DiskEvent)
}
