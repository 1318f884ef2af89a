import { createTransport, type SMTPTransportOptions } from 'nodemailer'
import type { Smtp } from '../../../src/simulator/smtp/smtp.js'

/** Send one mail to a simulated server over STARTTLS, or as `options` say. */
export async function sendTo(smtp: Smtp, subject: string, options: SMTPTransportOptions = {}): Promise<void> {
  const transport = createTransport({
    host: '127.0.0.1',
    port: smtp.port,
    requireTLS: true,
    tls: { ca: smtp.certificate },
    ...options,
  })
  await transport.sendMail({ from: 'a@example.org', to: 'b@example.org', subject, text: 'text' })
}
