import { ConnectWindow } from './connect-window.js'

/** One connect of a client, from when to when it was served, and with what result. */
export interface Connect {
  readonly number: number
  /** Empty where it is none of those accepted: it might be a real one. */
  readonly token: string
  /** What stands after the question mark. */
  readonly query: string
  /** ms since 1970 */
  readonly fromMs: number
  /** 0 where the socket was closed without an answer. */
  status: number
  /** ms since 1970; `undefined` while it is open. */
  untilMs: number | undefined
  /** Why it ended or was refused. */
  ending: string | undefined
  /** Tweets written to it. */
  tweets: number
}

/** One who streams with a bearer token. */
export class Client {
  readonly token: string
  readonly window: ConnectWindow
  /** Tweets sent to this token so far, over all of its connections. */
  sent = 0
  /** Connections open now. */
  open = 0
  /** The IDs sent, in order, repeated where they were sent again; only where they are to be recorded. */
  readonly sentIds: string[] | undefined

  constructor(token: string, connectsPerWindow: number, record: boolean) {
    this.token = token
    this.window = new ConnectWindow(connectsPerWindow)
    this.sentIds = record ? [] : undefined
  }

  /** Count a tweet as sent; `id` is empty where a line is no tweet. */
  count(id: string): void {
    this.sent += 1
    this.sentIds?.push(id)
  }
}
