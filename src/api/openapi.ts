import { z } from 'zod'
import { scopeOf } from '../access/scope.ts'
import type { Language } from '../letters/letter.ts'
import type { ApiDocument, Operation, Parameter, Schema } from './document.ts'
import { INTRODUCTION } from './introduction.ts'
import { PROBLEMS, problemUri, type ProblemKind } from './problem.ts'
import { TAGS, type ApiRoute } from './route.ts'

/** What every route may refuse with. */
const ALWAYS: readonly ProblemKind[] = [
  ...(['token-needed', 'token-unknown', 'scope-needed', 'forbidden', 'not-acceptable', 'too-many-requests'] as const),
  ...(['bad-request', 'invalid', 'too-large', 'wrong-type', 'bad-json', 'broken', 'unavailable'] as const),
]

/** The OpenAPI 3.1 document of the routes, made of the schemas that they parse and answer with. */
export function documentOf(
  routes: readonly ApiRoute[],
  options: { publicUrl: string; base: string; lang: Language },
): ApiDocument {
  const { publicUrl, base, lang } = options
  const schemas: Record<string, Schema> = { Problem: problemSchema(lang) }
  const schema = (of: z.ZodType): Schema => schemaOf(of, lang, schemas)
  const paths: Record<string, Record<string, Operation>> = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method]: operationOf(route, lang, publicUrl, schema) }
  }
  const words = INTRODUCTION[lang]
  return {
    openapi: '3.1.1',
    info: {
      title: words.title,
      version: '1',
      summary: words.summary,
      description: words.sections.map(({ title, text }) => `## ${title}\n\n${text}`).join('\n\n'),
    },
    servers: [{ url: `${publicUrl}${base}` }],
    tags: Object.entries(TAGS).map(([name, title]) => ({ name, description: title[lang] })),
    paths,
    components: {
      schemas,
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: words.token } },
    },
    'x-chapters': words.sections,
    'x-problems': Object.entries(PROBLEMS).map(([kind, { status, title }]) => ({
      ...{ type: problemUri(publicUrl, kind as ProblemKind), kind, status, title: title[lang] },
    })),
  }
}

function operationOf(route: ApiRoute, lang: Language, publicUrl: string, schema: (of: z.ZodType) => Schema): Operation {
  const words = INTRODUCTION[lang].headers
  const scopes = [route.action, ...route.also].flatMap((action) => scopeOf(action) ?? [])
  const header = (name: string, description: string, of: Schema, required: boolean): Parameter => ({
    ...{ name, in: 'header', required, description, schema: of },
  })
  const parameters = [
    ...parametersOf(schema(route.params), 'path'),
    ...parametersOf(schema(route.query), 'query'),
    ...(route.method === 'post'
      ? [header('Idempotency-Key', words.key, { type: 'string', minLength: 1, maxLength: 257 }, true)]
      : []),
    ...(route.matched ? [header('If-Match', words.match, { type: 'string' }, true)] : []),
    ...(route.method === 'get' ? [header('If-None-Match', words.none, { type: 'string' }, false)] : []),
  ]
  const headers = {
    ...(route.tagged ? { ETag: { description: words.etag, schema: { type: 'string' } } } : {}),
    ...(route.located ? { Location: { description: words.location, schema: { type: 'string' } } } : {}),
    ...(route.paged ? { Link: { description: words.link, schema: { type: 'string' } } } : {}),
  }
  return {
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary[lang],
    ...(route.description === null ? {} : { description: route.description[lang] }),
    security: [{ token: [...new Set(scopes)] }],
    parameters,
    ...(route.body === null
      ? {}
      : {
          requestBody: {
            required: true,
            content: route.takes
              ? { [route.takes.type]: { schema: { contentMediaType: route.takes.type } } }
              : {
                  'application/json': {
                    schema: schema(route.body),
                    ...(route.example === undefined ? {} : { example: route.example }),
                  },
                },
          },
        }),
    responses: {
      [String(route.status)]: {
        description: words.done,
        ...(Object.keys(headers).length === 0 ? {} : { headers }),
        ...(route.answer === null
          ? {}
          : {
              content: route.gives
                ? { [route.gives]: { schema: { contentMediaType: route.gives } } }
                : { 'application/json': { schema: schema(route.answer) } },
            }),
      },
      ...(route.method === 'get' ? { 304: { description: words.notModified } } : {}),
      ...problemsOf(route, lang, publicUrl),
    },
  }
}

/** The problems of a route by their status. */
function problemsOf(route: ApiRoute, lang: Language, publicUrl: string): Operation['responses'] {
  const kinds = new Set<ProblemKind>([
    ...ALWAYS,
    ...(route.path.includes(':') || route.problems.some((kind) => PROBLEMS[kind].status === 404)
      ? ['not-found' as const]
      : []),
    ...(route.method === 'post' ? (['key-needed', 'key-malformed', 'key-in-use', 'key-reused'] as const) : []),
    ...(route.matched ? (['changed', 'precondition-needed'] as const) : []),
    ...(!route.matched && route.method !== 'get' ? (['no-precondition'] as const) : []),
    ...route.problems,
  ])
  const byStatus = Map.groupBy(kinds, (kind) => PROBLEMS[kind].status)
  return Object.fromEntries(
    [...byStatus].map(([status, of]) => [
      String(status),
      {
        description: of.map((kind) => `${kind}: ${PROBLEMS[kind].title[lang]}`).join('; '),
        content: {
          'application/problem+json': {
            schema: {
              $ref: '#/components/schemas/Problem',
              type: 'object',
              properties: { type: { enum: of.map((kind) => problemUri(publicUrl, kind)) } },
            },
          },
        },
      },
    ]),
  )
}

function parametersOf(schema: Schema, where: 'path' | 'query'): Parameter[] {
  const { properties = {}, required = [] } = schema as { properties?: Record<string, Schema>; required?: string[] }
  return Object.entries(properties).map(([name, of]) => {
    const { description = '', ...rest } = of as { description?: string }
    return { name, in: where, required: required.includes(name), description, schema: rest }
  })
}

/** JSON Schema 2020-12 of what goes over the wire; what bears an id is put among the components. */
function schemaOf(of: z.ZodType, lang: Language, components: Record<string, Schema>): Schema {
  const made = z.toJSONSchema(of, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      const { vi, en } = jsonSchema as { vi?: string; en?: string }
      const description = { vi, en }[lang]
      if (description !== undefined) jsonSchema.description = description
      delete jsonSchema['vi']
      delete jsonSchema['en']
      delete jsonSchema.readOnly
      // The format says it, or another type was said.
      if (jsonSchema.format !== undefined || jsonSchema.type === 'integer') delete jsonSchema.pattern
      if (jsonSchema.type === 'integer' && jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
      if (jsonSchema.type === 'integer' && jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
    },
  })
  const { $schema: _, $defs = {}, ...schema } = elsewhere(made) as Schema & { $defs?: Record<string, Schema> }
  for (const [name, definition] of Object.entries($defs)) {
    const { id: __, ...rest } = definition
    components[name] ??= rest
  }
  const { id: ___, ...plain } = schema as Schema & { id?: string }
  return plain
}

/** References to definitions, as references to components. */
const elsewhere = (schema: unknown): unknown =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'))

const problemSchema = (lang: Language): Schema => {
  const words = INTRODUCTION[lang].problem
  const string = { type: 'string' }
  return {
    type: 'object',
    description: words.whole,
    required: ['type', 'title', 'status'],
    properties: {
      type: { type: 'string', format: 'uri', description: words.type },
      title: { ...string, description: words.title },
      status: { type: 'integer', description: words.status },
      errors: {
        type: 'array',
        description: words.errors,
        items: {
          type: 'object',
          required: ['in', 'at', 'code', 'detail'],
          properties: {
            in: { enum: ['body', 'query', 'header'] },
            at: { ...string, description: words.at },
            code: string,
            detail: string,
          },
        },
      },
    },
  }
}
