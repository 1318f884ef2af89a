import { sampledMoment } from '../../src/simulator/tweets/moment.js'
import { snowflake } from '../../src/simulator/tweets/snowflake.js'
import { Timetable } from '../../src/simulator/tweets/timetable.js'
import type { Evidence } from './run.js'

/** The second in which X has each tweet go out, for all that do while the run's connections last: by ID. */
export function departures({ plan, sent }: Evidence): Map<string, number> {
  const stock = { seed: plan.seed, rate: plan.rate }
  const timetable = new Timetable(stock)
  const seconds = new Map<string, number>()
  const connects = sent.connects.map(({ connect }) => connect)
  const first = Math.floor(Math.min(...connects.map(({ fromMs }) => fromMs)) / 1000)
  const last = Math.floor(Math.max(...connects.map(({ fromMs, untilMs }) => untilMs ?? fromMs)) / 1000)
  for (let second = first - 300; second <= last; second += 1)
    for (const { second: made, index } of timetable.departures(second)) {
      const { ms, low } = sampledMoment(stock, made, index)
      seconds.set(snowflake(ms, low), second)
    }
  return seconds
}
