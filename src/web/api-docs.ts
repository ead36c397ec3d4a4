import type { ApiDocument, Content, Operation, Schema } from '../api/document.ts'
import type { ApiWords } from './words/api.vi.ts'

type Types = ApiWords['docs']['types']
/** A piece of a type in words; `of` is the name of a schema that is described elsewhere on the page. */
export type TypePart = { readonly text: string; readonly of: string | null }
/** A field of a body or an answer; what lies within another is named with it: `parent.id`, `items[].name`. */
export type FieldRow = {
  readonly name: string
  readonly type: readonly TypePart[]
  readonly required: boolean
  readonly description: string
}
/** What a body or an answer is: a file of a type, of a named schema, or of these fields. */
export type Shape = { readonly file: string | null; readonly of: string | null; readonly rows: readonly FieldRow[] }
export type OperationView = {
  readonly id: string
  readonly tag: string
  readonly method: string
  readonly path: string
  readonly summary: string
  readonly description: string | null
  readonly scopes: readonly string[]
  readonly parameters: readonly (FieldRow & { readonly where: 'path' | 'query' | 'header' })[]
  readonly body: Shape | null
  readonly example: string
  readonly status: string
  readonly answer: Shape | null
  readonly refusals: readonly { readonly status: string; readonly kinds: readonly string[] }[]
}
export type SchemaView = { readonly name: string; readonly rows: readonly FieldRow[] }

const JSON_TYPE = 'application/json'

/** The document as the reader page shows it, in words of one language. */
export function readerOf(document: ApiDocument, types: Types) {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationView(document, types, path, method, operation)),
  )
  // What every operation may refuse with is told once.
  const kinds = all.map(({ refusals }) => new Set(refusals.flatMap((each) => each.kinds)))
  const common = [...(kinds[0] ?? [])].filter((kind) => kinds.every((each) => each.has(kind)))
  const own = (view: OperationView): OperationView => ({
    ...view,
    refusals: view.refusals.flatMap(({ status, kinds: some }) => {
      const left = some.filter((kind) => !common.includes(kind))
      return left.length === 0 ? [] : [{ status, kinds: left }]
    }),
  })
  return {
    operations: all.map(own),
    common,
    /** The schemas that these operations name, and those that they name in turn, by name. */
    schemasOf(of: readonly OperationView[]): SchemaView[] {
      const found = new Map<string, SchemaView>()
      const add = (name: string | null): void => {
        if (name === null || found.has(name)) return
        const view = { name, rows: fieldsOf(types, document.components.schemas[name] ?? {}) }
        found.set(name, view)
        for (const part of namesIn(view.rows)) add(part)
      }
      for (const { body, answer } of of)
        for (const shape of [body, answer])
          if (shape !== null) for (const name of [shape.of, ...namesIn(shape.rows)]) add(name)
      return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
    },
  }
}

const namesIn = (rows: readonly FieldRow[]) => rows.flatMap(({ type }) => type.map(({ of }) => of))

function operationView(
  document: ApiDocument,
  types: Types,
  path: string,
  method: string,
  operation: Operation,
): OperationView {
  const shape = (content: Content | undefined): Shape | null => {
    const [type, media] = Object.entries(content ?? {})[0] ?? []
    if (type === undefined || media === undefined) return null
    if (type !== JSON_TYPE) return { file: type, of: null, rows: [] }
    const of = nameOf(media.schema)
    return { file: null, of, rows: of === null ? fieldsOf(types, media.schema) : [] }
  }
  const [status = '', done] = Object.entries(operation.responses).find(([code]) => code.startsWith('2')) ?? []
  const refused = Object.entries(operation.responses).filter(([code]) => Number(code) >= 400)
  return {
    ...{ id: operation.operationId, tag: operation.tags[0] ?? '', method: method.toUpperCase(), path },
    ...{ summary: operation.summary, description: operation.description ?? null },
    scopes: operation.security.flatMap(({ token }) => token),
    parameters: operation.parameters.map(({ name, in: where, required, description, schema }) => ({
      ...{ name, where, required, description, type: typeOf(types, schema) },
    })),
    body: shape(operation.requestBody?.content),
    example: exampleOf(document, path, method, operation),
    ...{ status, answer: shape(done?.content) },
    refusals: refused.map(([code, { content }]) => ({ status: code, kinds: kindsIn(content) })),
  }
}

/** The problem types that an answer may have, by name. */
function kindsIn(content: Content | undefined): string[] {
  const { properties } = (content?.['application/problem+json']?.schema ?? {}) as {
    properties?: { type?: { enum?: string[] } }
  }
  return (properties?.type?.enum ?? []).map((uri) => uri.slice(uri.indexOf('#') + 1))
}

/** What to type into a terminal. */
function exampleOf(document: ApiDocument, path: string, method: string, operation: Operation): string {
  const [sent, media] = Object.entries(operation.requestBody?.content ?? {})[0] ?? []
  const example = media?.example === undefined ? [] : [`-d '${JSON.stringify(media.example)}'`]
  const body = sent === undefined || sent === JSON_TYPE ? example : ['--data-binary @cong-van.pdf']
  const needed = (place: 'header' | 'query') =>
    operation.parameters.filter(({ in: where, required }) => where === place && required).map(({ name }) => name)
  const values: Readonly<Record<string, string>> = { 'Idempotency-Key': '$KEY', 'If-Match': '$ETAG' }
  const isDownload = Object.entries(operation.responses).some(
    ([code, { content = {} }]) => code.startsWith('2') && Object.keys(content).some((type) => type !== JSON_TYPE),
  )
  return [
    `curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}-H @token.txt`,
    ...needed('header').map((name) => `  -H "${name}: ${values[name] ?? ''}"`),
    ...body.flatMap((each) => [`  -H "Content-Type: ${sent ?? ''}"`, `  ${each}`]),
    ...needed('query').map((name) => `  --url-query "${name}=$${name.toUpperCase()}"`),
    ...(isDownload ? ['  -o cong-van.pdf'] : []),
    `  "${document.servers[0]?.url ?? ''}${path.replace(/\{(\w+)\}/g, (_, name: string) => `$${name.toUpperCase()}`)}"`,
  ].join(' \\\n')
}

const nameOf = (schema: Schema): string | null => {
  const { $ref } = schema as { $ref?: string }
  return $ref === undefined ? null : $ref.slice($ref.lastIndexOf('/') + 1)
}

function fieldsOf(types: Types, of: Schema, prefix = ''): FieldRow[] {
  const {
    properties = {},
    required = [],
    items,
  } = of as {
    properties?: Record<string, Schema>
    required?: string[]
    items?: Schema
  }
  if (items !== undefined) return alternatives(items).flatMap((each) => fieldsOf(types, each, `${prefix}[]`))
  return Object.entries(properties).flatMap(([name, property]) => {
    const { description = '' } = property as { description?: string }
    const path = prefix === '' ? name : `${prefix}.${name}`
    const row = { name: path, type: typeOf(types, property), required: required.includes(name), description }
    return [row, ...alternatives(property).flatMap((each) => fieldsOf(types, each, path))]
  })
}

/** The schemas that a value may be of. */
function alternatives(schema: Schema): Schema[] {
  const { anyOf, oneOf } = schema as { anyOf?: Schema[]; oneOf?: Schema[] }
  return anyOf ?? oneOf ?? [schema]
}

/** The type of a value in words. */
function typeOf(types: Types, schema: Schema): TypePart[] {
  const parts = alternatives(schema).map((each) => plainType(types, each))
  const known = parts.filter(({ text }, at) => parts.findIndex((other) => other.text === text) === at)
  return known.flatMap((part, at) => (at === 0 ? [part] : [{ text: types.or, of: null }, part]))
}

function plainType(types: Types, schema: Schema): TypePart {
  const of = nameOf(schema)
  if (of !== null) return { text: of, of }
  const { type, format, maxLength, minimum, maximum, ...more } = schema as {
    type?: keyof Types
    format?: string
    enum?: readonly unknown[]
    const?: string | number | boolean
    items?: Schema
    maxLength?: number
    minimum?: number
    maximum?: number
  }
  if (more.enum) return { text: more.enum.map(String).join(' · '), of: null }
  if (more.const !== undefined) return { text: String(more.const), of: null }
  if (more.items !== undefined) {
    const inner = typeOf(types, more.items)
    const named = inner.find((part) => part.of !== null)
    return { text: types.list(inner.map(({ text }) => text).join('')), of: named?.of ?? null }
  }
  const formats = { uuid: types.uuid, 'date-time': types['date-time'], date: types.date, uri: types.uri }
  const known = formats[format as keyof typeof formats] as string | undefined
  const word = types[type ?? 'any']
  const plain = known ?? (typeof word === 'string' ? word : types.any)
  const room = maxLength === undefined ? '' : `, ${types.most(maxLength)}`
  const range = minimum === undefined || maximum === undefined ? '' : `, ${types.range(minimum, maximum)}`
  return { text: `${plain}${room}${range}`, of: null }
}
