import { text } from 'node:stream/consumers'
import type { Answer } from './answer.js'
import type { Storage } from './storage.js'
import { idPath, type StoredEntry, type StoredFolder } from './stored-entry.js'
import { nameTaken, notFound, waterButlerEntity, waterButlerRefusal } from './waterbutler-answers.js'
import type { WaterButlerRequest } from './waterbutler.js'

const MOST_BYTES = 1024 ** 2

/** What is to be done, as WaterButler v1 takes it: `{"action":"rename","rename":"x"}`, `{"action":"move","path":"/folder/"}`. */
interface Order {
  readonly action?: unknown
  readonly rename?: unknown
  readonly path?: unknown
  /** `warn` (unless told): 409 where the name is taken; `replace`; `keep`: under another name. */
  readonly conflict?: unknown
}

/** Give an entry another name or folder: waterbutler/server/api/v1/provider/movecopy.py. Copies are not simulated. */
export async function moveOrRename(request: WaterButlerRequest, entry: StoredEntry, storage: Storage): Promise<Answer> {
  const { action, rename, path, conflict = 'warn' } = await orderOf(request)
  if (entry === storage.root) throw waterButlerRefusal(400, 'The root of a storage cannot be moved')
  if (action !== 'move' && action !== 'rename')
    throw waterButlerRefusal(400, `Auth action must be copy, move, or rename, not ${String(action)}`)
  if (action === 'rename' && (typeof rename !== 'string' || rename === '' || rename.includes('/')))
    throw waterButlerRefusal(400, 'Rename is required for renaming')
  if (action === 'move' && typeof path !== 'string')
    throw waterButlerRefusal(400, 'Path is required for moves or copies')
  const parent = action === 'rename' ? entry.parent : storage.find(String(path))
  if (parent?.kind !== 'folder') throw notFound(String(path))
  if (isWithin(parent, entry)) throw waterButlerRefusal(400, 'Cannot move a folder into itself')
  const wanted = typeof rename === 'string' && rename !== '' ? rename : entry.name
  const taken = namesake(storage, parent, wanted, entry)
  if (taken && conflict === 'warn') throw nameTaken(taken, request.resource)
  if (taken && conflict === 'replace') storage.remove(taken)
  storage.move(entry, parent, taken && conflict === 'keep' ? freeName(storage, parent, wanted, entry) : wanted)
  const status = taken && conflict === 'replace' ? 200 : 201
  return { status, json: { data: waterButlerEntity(entry, request.resource) } }
}

async function orderOf({ headers, body }: WaterButlerRequest): Promise<Order> {
  const length = headers['content-length']
  if (length === undefined) throw waterButlerRefusal(411, 'Content-Length is required')
  if (Number(length) > MOST_BYTES) throw waterButlerRefusal(413, 'Request body must be under 1Mb')
  try {
    return Object(JSON.parse(await text(body))) as Order
  } catch {
    throw waterButlerRefusal(400, 'Invalid json body')
  }
}

const namesake = (storage: Storage, parent: StoredFolder, name: string, { kind, id }: StoredEntry) => {
  const found = kind === 'file' ? storage.childFile(parent, name) : storage.childFolder(parent, name)
  return found?.id === id ? undefined : found
}

/** `name (1).txt`, as OSF counts. */
function freeName(storage: Storage, parent: StoredFolder, name: string, entry: StoredEntry): string {
  const [, stem = name, ending = ''] = /^(.+?)(\.[^.]*)?$/.exec(name) ?? []
  for (let number = 1; ; number++) {
    const free = `${stem} (${number})${ending}`
    if (!namesake(storage, parent, free, entry)) return free
  }
}

function isWithin(folder: StoredFolder, entry: StoredEntry): boolean {
  for (let at: StoredFolder | undefined = folder; at; at = at.parent) if (idPath(at) === idPath(entry)) return true
  return false
}
