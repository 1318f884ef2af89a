import { writeFile } from 'node:fs/promises'
import { iniText, type ServersLines, type SettingLines } from '../simulator/simulator.js'
import type { Places } from './places.js'

/** Write the settings files of the two servers, for the services that a simulator has running. */
export async function writeSettings(places: Places, services: ServersLines): Promise<void> {
  for (const number of [1, 2] as const) {
    const server = places.server[number]
    const own: SettingLines = {
      server: { number: String(number), redundant: 'true', state_folder: server.state },
      spool: { folder: server.spool, ...(number === 1 && { server_2_folder: places.incoming }) },
      ...(number === 1 && { vault: { folder: places.vault } }),
    }
    await writeFile(server.settings, iniText({ ...own, ...services[number] }))
  }
}
