import type { MergedRow, Servers } from '../tweet/row.js'
import { snowflakeMs } from '../tweet/snowflake.js'
import { minuteOf } from '../utc.js'

/** The rows of an hour, counted: by the servers that delivered them, and by the minutes in which they were made. */
export class RowCounts {
  readonly servers: Record<Servers, number> = { '1': 0, '2': 0, '12': 0 }
  readonly #minutes = new Map<string, number>()

  add(rows: readonly MergedRow[]): void {
    for (const { id, servers } of rows) {
      this.servers[servers] += 1
      const ms = snowflakeMs(id)
      if (ms === undefined) continue
      for (const server of servers) {
        const key = `${server} ${minuteOf(ms)}`
        this.#minutes.set(key, (this.#minutes.get(key) ?? 0) + 1)
      }
    }
  }

  get all(): number {
    return this.servers[1] + this.servers[2] + this.servers[12]
  }

  /** Those that a server delivered. */
  of(server: 1 | 2): number {
    return this.servers[server] + this.servers[12]
  }

  /** Those of them that were made in a minute. */
  ofMinute(server: 1 | 2, minute: number): number {
    return this.#minutes.get(`${server} ${minute}`) ?? 0
  }
}
