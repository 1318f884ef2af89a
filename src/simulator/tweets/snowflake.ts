/** Zero of snowflake time, in ms since 1970. */
const EPOCH_MS = 1_288_834_974_657

/** The ID of what was made at `ms` (ms since 1970); `low` is the ID's lower 22 bits. */
export const snowflake = (ms: number, low: number): string => ((BigInt(ms - EPOCH_MS) << 22n) | BigInt(low)).toString()

/** When that which bears the ID was made, in ms since 1970. */
export const snowflakeMs = (id: string): number => Number(BigInt(id) >> 22n) + EPOCH_MS
