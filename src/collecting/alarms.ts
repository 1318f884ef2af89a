import type { Clock } from '../clock.js'
import {
  alertPlace,
  closeIncident,
  openIncident,
  settleIncidents,
  type AlertPlace,
  type Incident,
} from '../health/alerts.js'
import { sendWaitingMails, type Postman } from '../health/mail/send-waiting-mails.js'
import type { Log } from '../log.js'
import { errorText } from '../operator-error.js'
import type { Settings } from '../settings/settings.js'
import { MINUTE_MS } from '../utc.js'
import type { Condition } from './conditions.js'

const MOST_MINUTES_APART = 30

interface AlarmsOptions {
  /** Without mail nobody is told. */
  readonly postman: (Pick<Postman, 'mail'> & { readonly password: () => Promise<string | undefined> }) | undefined
  readonly server: Settings['server']
  readonly clock: Clock
  readonly log: Log
}

/**
 * Tells somebody what is wrong with a running collector. Nothing here throws or is waited for: what cannot be written or
 * sent is logged and tried again, and the collector goes on.
 */
export class Alarms {
  readonly #options: AlarmsOptions
  readonly #place: AlertPlace | undefined
  /** As it was last noted, by key. */
  readonly #known = new Map<string, boolean>()
  /** What could not be noted the last time, by key. */
  readonly #unnoted = new Set<string>()
  #last: Promise<void> = Promise.resolve()
  #wake = new AbortController()

  constructor(options: AlarmsOptions) {
    const { postman, server, clock } = options
    this.#options = options
    this.#place = postman && alertPlace(server, clock)
  }

  /** What is so now. Only what has changed is noted. */
  note(conditions: readonly Condition[]): void {
    for (const condition of conditions) {
      if (this.#known.get(condition.key) === condition.wrong) continue
      this.#known.set(condition.key, condition.wrong)
      this.#do(condition.key, (place) =>
        condition.wrong ? openIncident(place, condition) : closeIncident(place, condition.key, condition.text),
      )
    }
  }

  /** Do something about an incident, after all that was asked for before. */
  raise(incident: Incident, how: (place: AlertPlace, incident: Incident) => Promise<void> = openIncident): void {
    this.#do(incident.key, (place) => how(place, incident))
  }

  #do(key: string, work: (place: AlertPlace) => Promise<void>): void {
    const place = this.#place
    if (!place) return
    this.#last = this.#last
      .then(() => work(place))
      .then(() => {
        this.#unnoted.delete(key)
        this.#wake.abort()
      })
      .catch((error: unknown) => {
        // Noted again at the next look; one line says so for all of them.
        this.#known.delete(key)
        if (!this.#unnoted.has(key))
          this.#options.log.warn({ about: key, error: errorText(error) }, 'cannot note an alert')
        this.#unnoted.add(key)
      })
  }

  /** Resolves when what was asked for so far is on the disk, or has failed. */
  noted(): Promise<void> {
    return this.#last
  }

  /** Send what waits, now and whenever there is more, until `signal` aborts; where it fails, less and less often. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    for (let failures = 0; !signal.aborted;) {
      this.#wake = new AbortController()
      failures = (await this.send(signal)) ? 0 : failures + 1
      const minutes = Math.min(2 ** Math.max(failures - 1, 0), MOST_MINUTES_APART)
      const news = failures === 0 ? [this.#wake.signal] : []
      await clock.sleep(minutes * MINUTE_MS, AbortSignal.any([signal, ...news]))
    }
  }

  /** Send once what waits. False where some of it could not be. */
  async send(signal: AbortSignal): Promise<boolean> {
    const { postman, server, clock, log } = this.#options
    const { stateFolder } = server
    if (!this.#place || !postman) return true
    try {
      await this.#last
      const password = await postman.password()
      await settleIncidents(this.#place)
      return (await sendWaitingMails({ ...postman, password, stateFolder, clock, log }, signal)).failed === 0
    } catch (error) {
      log.warn({ error: errorText(error) }, 'cannot send alerts')
      return false
    }
  }
}
