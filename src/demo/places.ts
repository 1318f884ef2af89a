import { join } from 'node:path'

/** Where everything of a demo lies, below one folder. */
export interface Places {
  readonly root: string
  /** What the simulated services keep. */
  readonly simulator: string
  readonly logs: string
  readonly server: Record<1 | 2, ServerPlaces>
  readonly vault: string
  /** Server 2's spool as it arrives on server 1: what server 2's SFTP account sees. */
  readonly incoming: string
}

export interface ServerPlaces {
  readonly folder: string
  readonly settings: string
  readonly token: string
  readonly spool: string
  readonly state: string
}

export function placesIn(root: string): Places {
  const server = (number: 1 | 2): ServerPlaces => {
    const folder = join(root, `server-${number}`)
    return {
      folder,
      settings: join(folder, 'settings.ini'),
      token: join(folder, 'x-bearer-token'),
      spool: join(folder, 'spool'),
      state: join(folder, 'state'),
    }
  }
  return {
    root,
    simulator: join(root, 'simulator'),
    logs: join(root, 'logs'),
    server: { 1: server(1), 2: server(2) },
    vault: join(root, 'server-1', 'vault'),
    incoming: join(root, 'server-1', 'incoming'),
  }
}
