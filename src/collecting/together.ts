/**
 * Run tasks side by side until all have ended; when one ends, the others' signal aborts, and so it does with `signal`.
 * @throws what the first task that failed has thrown
 */
export async function together(
  tasks: readonly ((signal: AbortSignal) => Promise<void>)[],
  signal: AbortSignal,
): Promise<void> {
  const ended = new AbortController()
  const until = AbortSignal.any([signal, ended.signal])
  const failures: unknown[] = []
  await Promise.all(
    tasks.map(async (task) => {
      try {
        await task(until)
      } catch (error) {
        failures.push(error)
      } finally {
        ended.abort()
      }
    }),
  )
  if (failures.length > 0) throw failures[0]
}

/**
 * Run steps one after another, each whatever became of those before it.
 * @throws what the first step that failed has thrown
 */
export async function inTurn(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = []
  for (const step of steps) await step().catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw failures[0]
}
