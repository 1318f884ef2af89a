import { z } from 'zod'

/** A member of a JSON file, as a page describes it. */
export interface Member {
  /** Names with `.` between them, `[]` behind a list's: `inputs[].sha256`. */
  readonly path: string
  /** In the words of our pages: `count`, `time`, `list`, `text or null`. */
  readonly type: string
  /** Whether it may be left out. */
  readonly isOptional: boolean
}

/** What we read of a JSON Schema. */
interface JsonSchema {
  readonly type?: string
  readonly format?: string
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly const?: string | number | boolean
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly items?: JsonSchema
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
}

/** Every member that a file of this schema can have, in the schema's order. */
export const membersOf = (schema: z.ZodType): Member[] => membersWithin(z.toJSONSchema(schema) as JsonSchema, '')

function membersWithin(schema: JsonSchema, above: string): Member[] {
  const members = Object.entries(schema.properties ?? {}).flatMap(([name, value]) => {
    const path = above === '' ? name : `${above}.${name}`
    const member = { path, type: typeText(value), isOptional: !(schema.required ?? []).includes(name) }
    return [member, ...membersWithin(value, path)]
  })
  const others = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((choice) => membersWithin(choice, above))
  return [...members, ...others, ...(schema.items ? membersWithin(schema.items, `${above}[]`) : [])]
}

function typeText(schema: JsonSchema): string {
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeText))].join(' or ')
  if (schema.const !== undefined) return String(schema.const)
  if (schema.enum) return 'word'
  if (schema.type === 'integer' || schema.type === 'number') return numberText(schema)
  if (schema.type === 'string') return textFormats[schema.format ?? ''] ?? 'text'
  return schema.items && !schema.items.properties
    ? `list of ${typeText(schema.items)}`
    : (names[schema.type ?? ''] ?? '')
}

const textFormats: Readonly<Record<string, string>> = { 'date-time': 'time', date: 'day' }
const names: Readonly<Record<string, string>> = { array: 'list', boolean: 'flag', object: 'object', null: 'null' }

function numberText({ type, minimum, exclusiveMinimum = minimum }: JsonSchema): string {
  if (type === 'number') return 'number'
  return exclusiveMinimum !== undefined && exclusiveMinimum >= 0 ? 'count' : 'integer'
}
