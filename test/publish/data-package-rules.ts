/** As much of a `datapackage.json` as the rules look at. */
export interface Descriptor {
  readonly $schema?: string
  readonly name?: string
  readonly created?: string
  readonly licenses?: readonly { name?: string; path?: string }[]
  readonly collection?: Record<string, unknown>
  readonly resources: readonly Resource[]
}

interface Resource {
  readonly name?: string
  readonly path: string | string[]
  readonly data?: unknown
  readonly type?: string
  readonly bytes?: number
  readonly hash?: string
  readonly schema?: { fields: { name?: string; type?: string; constraints?: Record<string, unknown> }[] }
}

const NAME = /^[a-z0-9._-]+$/
const TYPES = ['string', 'number', 'integer', 'boolean', 'date', 'time', 'datetime', 'object', 'array', 'any']
const CONSTRAINTS = ['required', 'unique', 'minimum', 'maximum', 'pattern', 'enum', 'minLength', 'maxLength']

/** What breaks the Data Package standard 2.0 (datapackage.org: data-package, data-resource, table-schema), as far as we use it. */
export function descriptorFaults(descriptor: Descriptor): string[] {
  const { name, created, licenses, resources } = descriptor
  const names = resources.map((resource) => resource.name)
  return [
    ...(resources.length === 0 ? ['resources: at least one'] : []),
    ...(name !== undefined && !NAME.test(name) ? [`name: ${name}`] : []),
    ...(created !== undefined && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(created) ? [`created: ${created}`] : []),
    ...(licenses ?? []).flatMap((licence) => ((licence.name ?? licence.path) ? [] : ['licenses: a name or a path'])),
    ...(new Set(names).size === names.length ? [] : ['resources: names must be unique']),
    ...resources.flatMap(resourceFaults),
  ]
}

function resourceFaults({ name, path, data, type, bytes, hash, schema }: Resource): string[] {
  const paths = [path].flat()
  return [
    ...(name !== undefined && NAME.test(name) ? [] : [`resource name: ${name ?? ''}`]),
    ...(paths.length > 0 && data === undefined ? [] : [`${name ?? ''}: path or data, one of them`]),
    ...paths.filter((one) => !isSafePath(one)).map((one) => `${name ?? ''}: path ${one}`),
    ...(type === undefined || type === 'table' ? [] : [`${name ?? ''}: type ${type}`]),
    ...(bytes === undefined || Number.isInteger(bytes) ? [] : [`${name ?? ''}: bytes ${bytes}`]),
    ...(hash === undefined || /^([a-z0-9]+:)?[0-9a-f]{32,}$/.test(hash) ? [] : [`${name ?? ''}: hash ${hash}`]),
    ...(schema?.fields ?? []).flatMap((field) => fieldFaults(field)),
  ]
}

/** Relative, with slashes, within the package, and nothing hidden. */
const isSafePath = (path: string): boolean =>
  /^https?:\/\//.test(path) || path.split('/').every((part) => part !== '' && !part.startsWith('.'))

function fieldFaults({ name, type, constraints }: NonNullable<Resource['schema']>['fields'][number]): string[] {
  return [
    ...(name === undefined || name === '' ? ['field: a name'] : []),
    ...(type === undefined || TYPES.includes(type) ? [] : [`field ${name ?? ''}: type ${type}`]),
    ...Object.keys(constraints ?? {})
      .filter((key) => !CONSTRAINTS.includes(key))
      .map((key) => `field ${name ?? ''}: constraint ${key}`),
  ]
}
