/** Faults of the mail server, by kind. `only` is matched against the receivers, `after` counts mails. */
export const smtpFaults = {
  'no-starttls': 'a connection is not offered STARTTLS, and refused it',
  unavailable: 'a connection is greeted with 421',
  reject: 'a mail is refused with 550 after its data',
  drop: 'the connection is dropped after the data of a mail',
} as const
