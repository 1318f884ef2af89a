/**
 * Do `work` for every item, in order, at most `lanes` at a time. After a failure nothing new is begun; what was begun is
 * waited for. @throws the first failure
 */
export async function inLanes<Item>(lanes: number, items: Iterable<Item>, work: (item: Item) => Promise<void>) {
  const queue = [...items].values()
  const failures: unknown[] = []
  const lane = async () => {
    while (failures.length === 0) {
      const next = queue.next()
      if (next.done) return
      await work(next.value).catch((error: unknown) => failures.push(error))
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  if (failures.length > 0) throw failures[0]
}
