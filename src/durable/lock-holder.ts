import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { z } from 'zod'

const holderSchema = z.object({ pid: z.number(), host: z.string().regex(/^[\w.-]{1,255}$/), since: z.iso.datetime() })

const holderFile = (folder: string, purpose: string): string => join(folder, `.${purpose}.holder`)

/** Write down who has just taken a lock. It is only for people to read: the lock holds without it, as on a full disk. */
export function noteHolder(folder: string, purpose: string, nowMs: number): void {
  const path = holderFile(folder, purpose)
  const holder = { pid: process.pid, host: hostname(), since: new Date(nowMs).toISOString() }
  try {
    rmSync(`${path}.part`, { force: true })
    writeFileSync(`${path}.part`, JSON.stringify(holder), { flag: 'wx', mode: 0o640 })
    renameSync(`${path}.part`, path)
  } catch {
    forget(path)
  }
}

/** Rather nobody's name than that of the last holder. */
function forget(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // Whoever reads it is told the last holder's, then.
  }
}

/** Who has taken a lock last, for a message; `undefined` where that is not known. */
export function readHolder(folder: string, purpose: string): string | undefined {
  try {
    const { pid, host, since } = holderSchema.parse(JSON.parse(readFileSync(holderFile(folder, purpose), 'utf8')))
    return `process ${pid}${host === hostname() ? '' : ` on ${host}`} since ${since}`
  } catch {
    return undefined
  }
}
