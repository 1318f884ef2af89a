/** The services that the simulator stands in for. */
export const serviceNames = ['x', 'osf', 'sftp', 'smtp'] as const
export type ServiceName = (typeof serviceNames)[number]
