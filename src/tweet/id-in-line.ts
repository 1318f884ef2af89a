import { ELSEWHERE, JsonScan, ROOT, UNSURE, type Place } from './json-scan.js'

const OPEN_BRACE = 0x7b
const NAME_OF_DATA = Buffer.from('data')
const NAME_OF_ID = Buffer.from('id')
const DATA: Place = 2

/**
 * The `data.id` of a line of JSON, found without making a value of it: always what `JSON.parse` of the line would have
 * there. `undefined` where that is no text of 1 to 19 digits, and where the scan is unsure of any byte of the line or
 * meets a name twice: then only `JSON.parse` can tell. Whether the texts are UTF-8 is not looked at.
 */
export function idInLine(line: Buffer): string | undefined {
  return new IdScan().id(line)
}

class IdScan extends JsonScan {
  #hasData = false
  #idAt = 0
  #idEnd = 0

  id(line: Buffer): string | undefined {
    return this.isObject(line) && this.#idEnd > 0 ? line.toString('latin1', this.#idAt, this.#idEnd) : undefined
  }

  protected memberEnd(name: number, nameEnd: number, place: Place, levels: number): number {
    const value = nameEnd + 2
    if (place === ELSEWHERE) return this.valueEnd(value, levels)
    if (place === ROOT && this.isWord(NAME_OF_DATA, name, nameEnd)) return this.#dataEnd(value, levels)
    if (place === DATA && this.isWord(NAME_OF_ID, name, nameEnd)) return this.#takeId(value, levels)
    return this.valueEnd(value, levels)
  }

  #dataEnd(at: number, levels: number): number {
    if (this.#hasData || this.line[at] !== OPEN_BRACE) return UNSURE
    this.#hasData = true
    return this.objectEnd(at + 1, DATA, levels + 1)
  }

  #takeId(at: number, levels: number): number {
    const end = this.valueEnd(at, levels)
    if (this.#idEnd > 0 || !this.isId(at, end)) return UNSURE
    this.#idAt = at + 1
    this.#idEnd = end - 1
    return end
  }
}
