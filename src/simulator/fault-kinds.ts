import { osfFaults } from './osf/faults.js'
import type { ServiceName } from './service-names.js'
import { sftpFaults } from './sftp/faults.js'
import { smtpFaults } from './smtp/faults.js'
import { connectFaults, contentFaults, streamFaults } from './x/faults.js'

/** Every fault that a service knows: kind -> what it does. */
export const faultKinds = {
  x: { ...connectFaults, ...streamFaults, ...contentFaults },
  osf: osfFaults,
  sftp: sftpFaults,
  smtp: smtpFaults,
} as const satisfies Record<ServiceName, Readonly<Record<string, string>>>

export type FaultKind<Service extends ServiceName> = keyof (typeof faultKinds)[Service] & string
