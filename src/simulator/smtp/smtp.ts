import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server'
import { realClock } from '../../clock.js'
import { FaultPlan } from '../fault-plan.js'
import { keptCertificate } from './certificate.js'
import { openMailbox, type Mailbox } from './mailbox.js'

export interface SmtpOptions {
  /** Where the mails are kept. */
  readonly folder: string
  /** 0 or none: a free one. */
  readonly port?: number
  /** With a user nobody else is served; without one everybody is. */
  readonly user?: string
  readonly password?: string
  /**
   * Kinds: `unavailable`: a connection is greeted with 421. `no-starttls`: a connection is offered no STARTTLS, and is
   * refused it. `reject`: a mail is refused with 550 once it has come. `drop`: the connection breaks instead of the
   * answer to a mail. `after` counts mails that came whole; `only` is part of a receiver's address (`reject`, `drop`).
   */
  readonly plan?: FaultPlan
}

/** A mail server on 127.0.0.1 with STARTTLS. */
export interface Smtp extends AsyncDisposable {
  readonly port: number
  /** PEM, to be trusted by whoever connects. */
  readonly certificate: string
  /** Every mail as it was received, in order. */
  mails(): Promise<string[]>
}

export async function startSmtp(options: SmtpOptions): Promise<Smtp> {
  const mailbox = await openMailbox(options.folder)
  const { key, certificate } = await keptCertificate(options.folder, realClock().now())
  const sockets = new Map<number | undefined, Socket>()
  const server = new SMTPServer({
    key,
    cert: certificate,
    authOptional: options.user === undefined,
    disableReverseLookup: true,
    closeTimeout: 1,
    ...authentication(options),
    ...reception(mailbox, options.plan ?? new FaultPlan([], realClock()), ({ remotePort }) =>
      sockets.get(remotePort)?.destroy(),
    ),
  })
  // Clients that go away are theirs to tell of; a server without a listener would end the process.
  server.on('error', () => undefined)
  server.server.on('connection', (socket) => {
    const { remotePort } = socket
    sockets.set(remotePort, socket)
    socket.once('close', () => sockets.delete(remotePort))
  })
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  return {
    port: (server.server.address() as AddressInfo).port,
    certificate,
    mails: () => mailbox.mails(),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(resolve)
        for (const socket of sockets.values()) socket.destroy()
      }),
  }
}

function authentication({ user, password }: SmtpOptions): SMTPServerOptions {
  return {
    onAuth(given, _session, callback) {
      if (given.username === user && given.password === password) callback(null, { user })
      else callback(refusal(535, '5.7.8 Error: authentication failed'))
    },
  }
}

function reception(mailbox: Mailbox, plan: FaultPlan, drop: (session: SMTPServerSession) => void): SMTPServerOptions {
  let count = 0
  return {
    onConnect(session, callback) {
      // smtp-server reads this from the session: commands that this connection alone must do without.
      if (plan.take('smtp', ['no-starttls'], { count })) Object.assign(session, { disabledCommands: ['STARTTLS'] })
      if (plan.take('smtp', ['unavailable'], { count })) callback(refusal(421, '4.3.2 Service not available'))
      else callback()
    },
    onData(stream, session, callback) {
      const receive = async () => {
        const mail = await buffer(stream)
        count += 1
        const who = session.envelope.rcptTo.map(({ address }) => address).join(' ')
        const fault = plan.take('smtp', ['reject', 'drop'], { count, who })
        if (fault?.kind === 'drop') drop(session)
        else if (fault) throw refusal(550, '5.7.1 Message refused')
        else await mailbox.keep(mail)
      }
      receive().then(() => {
        callback()
      }, callback)
    },
  }
}

const refusal = (responseCode: number, message: string) => Object.assign(new Error(message), { responseCode })
