import { z } from 'zod'
import type { Bearer } from '../access/access-tokens.ts'
import type { Action, Permit } from '../access/policy.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { Language } from '../letters/letter.ts'
import type { Cursors } from './cursors.ts'
import { faultsOf, type Parsed } from './faults.ts'
import type { ApiRefusal, ProblemKind, Said } from './problem.ts'

export type Method = 'get' | 'post' | 'put' | 'delete'
/** The groups of the documentation, in its order. */
export const TAGS = {
  me: { vi: 'Người dùng mã', en: 'The token’s owner' },
  units: { vi: 'Đơn vị', en: 'Units' },
} as const satisfies Record<string, Said>
export type Tag = keyof typeof TAGS

/** Who asks, and what they may: both their role and the token's scopes have a say. */
export type Desk = {
  readonly bearer: Bearer
  readonly lang: Language
  readonly cursors: Cursors
  /** Throws a Problem when the role or the token does not reach so far. */
  permit<A extends Action>(action: A): Permit<A>
}
/** A request as it came. */
export type Raw = { readonly params: unknown; readonly query: unknown; readonly body: unknown }
/** What is answered, as it goes over the wire. */
export type Reply = { readonly body: unknown; readonly location: string | null; readonly next: string | null }

/** A request that was understood. `check` judges the present state of what it would change, before it does. */
export type Prepared = {
  run(check: (present: unknown) => ApiRefusal | null): Promise<Decision<Reply, ApiRefusal>>
}

/** What the documentation tells of a route. */
export type RouteDocs = {
  /** The operation's name, for generated clients. */
  readonly id: string
  readonly method: Method
  /** Below `/api/v1`, with `:name` for what varies. */
  readonly path: string
  readonly tag: Tag
  readonly action: Action
  /** Other actions that it needs a permit for. */
  readonly also: readonly Action[]
  readonly summary: Said
  readonly description: Said | null
  readonly params: z.ZodType
  readonly query: z.ZodType
  readonly body: z.ZodType | null
  readonly example: unknown
  readonly status: 200 | 201 | 202 | 204
  readonly answer: z.ZodType | null
  /** What it may refuse with, beside what every route may. */
  readonly problems: readonly ProblemKind[]
  /** Whether the change asks for `If-Match`. */
  readonly matched: boolean
  readonly paged: boolean
  /** Whether the answer tells where what was made is read. */
  readonly located: boolean
  /** Whether the answer is what is read at its place, and so bears the ETag that a change compares with `If-Match`. */
  readonly tagged: boolean
}
export type ApiRoute = RouteDocs & { prepare(desk: Desk, raw: Raw): Decision<Prepared, ApiRefusal> }

/** Something that is read alone, and changed by who has read it. */
export type Resource<P, V, R extends z.ZodType<V>> = {
  readonly answer: R
  /** Null when there is none within reach. */
  readonly read: (desk: Desk, params: P) => Promise<V | null>
}

const Nothing = z.strictObject({})
type Nothing = typeof Nothing

type Call<A extends Action, P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, V> = {
  readonly desk: Desk
  readonly permit: Permit<A>
  readonly params: z.output<P>
  readonly query: z.output<Q>
  readonly body: z.output<B>
  /** What the change is about, as it is now; the client has seen it so. */
  readonly present: V
}
type Common<A extends Action, P, Q, B extends z.ZodType, R> = {
  readonly id: string
  readonly method: Method
  readonly path: string
  readonly tag: Tag
  readonly action: A
  readonly also?: readonly Action[]
  readonly summary: Said
  readonly description?: Said
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  readonly example?: z.input<B>
  readonly status?: 200 | 201 | 202 | 204
  readonly answer?: R
  readonly problems?: readonly ProblemKind[]
}

/**
 * One door of the API: what it takes and answers, as schemas that it is also documented by, and the action that its caller
 * must be permitted. With `of`, the change needs an `If-Match` that fits what is there now.
 */
export function endpoint<
  A extends Action,
  P extends z.ZodType = Nothing,
  Q extends z.ZodType = Nothing,
  B extends z.ZodType = Nothing,
  R extends z.ZodType = z.ZodNull,
  V = undefined,
>(
  spec: Common<A, P, Q, B, R> & {
    readonly of?: Resource<z.output<P>, V, z.ZodType<V>>
    readonly location?: (value: z.output<R>) => string
    readonly handle: (call: Call<A, P, Q, B, V>) => Promise<Decision<z.output<R>, ApiRefusal>>
  },
): ApiRoute {
  const params = (spec.params ?? Nothing) as P
  const query = (spec.query ?? Nothing) as Q
  const body = (spec.body ?? Nothing) as B
  const answer = spec.answer ?? null
  return {
    ...docsOf(spec),
    matched: spec.of !== undefined,
    paged: false,
    located: spec.location !== undefined,
    tagged: answer !== null && (spec.method === 'get' || spec.location !== undefined || spec.of?.answer === answer),
    prepare(desk, raw) {
      const read = parsed(desk.lang, raw, params, query, body)
      if (!read.ok) return read
      const permit = desk.permit(spec.action)
      const call = { desk, permit, ...read.value }
      return accept({
        async run(check) {
          // Without a resource `V` is undefined, as its default says.
          let present = undefined as V
          if (spec.of) {
            const found = await spec.of.read(desk, call.params)
            if (found === null) return refuse({ kind: 'not-found' })
            const refusal = check(z.encode(spec.of.answer, found))
            if (refusal !== null) return refuse(refusal)
            present = found
          }
          const done = await spec.handle({ ...call, present })
          if (!done.ok) return done
          const location = spec.location?.(done.value) ?? null
          return accept({ body: answer === null ? null : z.encode(answer, done.value), location, next: null })
        },
      })
    },
  }
}

/** The parameters of every list. */
const Paging = {
  limit: z
    .string()
    .regex(/^\d{1,3}$/)
    .meta({ type: 'integer', minimum: 1, maximum: 200, default: 50, vi: 'Số mục mỗi trang.', en: 'Items a page.' })
    .transform(Number)
    .pipe(z.int().min(1).max(200))
    .optional(),
  cursor: z
    .string()
    .max(4_000)
    .meta({ vi: 'next của trang trước, để nguyên.', en: 'next of the page before, as it came.' })
    .optional(),
}
const LIMIT = 50

/** A list in a stable order, page by page. `key` is where a page ends, which the cursor carries sealed. */
export function listing<
  A extends Action,
  I extends z.ZodType,
  K extends z.ZodType,
  P extends z.ZodType = Nothing,
  Q extends z.ZodObject = Nothing,
>(
  spec: Omit<Common<A, P, Q, Nothing, never>, 'method' | 'body' | 'example' | 'status' | 'answer'> & {
    readonly item: I
    readonly key: K
    readonly handle: (
      call: Omit<Call<A, P, Q, Nothing, undefined>, 'present' | 'body'> & {
        readonly limit: number
        readonly after: z.output<K> | null
      },
    ) => Promise<Decision<{ items: readonly z.output<I>[]; next: z.output<K> | null }, ApiRefusal>>
  },
): ApiRoute {
  const params = (spec.params ?? Nothing) as P
  const filters = (spec.query ?? Nothing) as Q
  const query = z.strictObject({ ...filters.shape, ...Paging })
  const answer = z.object({
    items: z.array(spec.item),
    next: z
      .string()
      .nullable()
      .meta({ vi: 'Con trỏ của trang sau; null ở trang cuối.', en: 'Cursor of the next page; null on the last.' }),
  })
  return {
    ...docsOf({ ...spec, method: 'get', query, answer }),
    problems: [...(spec.problems ?? []), 'bad-cursor'],
    matched: false,
    paged: true,
    located: false,
    tagged: true,
    prepare(desk, raw) {
      const read = parsed(desk.lang, raw, params, query, Nothing)
      if (!read.ok) return read
      const permit = desk.permit(spec.action)
      const { limit = LIMIT, cursor, ...rest } = read.value.query as { limit?: number; cursor?: string }
      // A cursor goes on with the list that it came from, and with no other.
      const list = `${spec.id} ${JSON.stringify([read.value.params, rest])}`
      let after: z.output<K> | null = null
      if (cursor !== undefined) {
        const key = spec.key.safeParse(desk.cursors.open(cursor, list))
        if (!key.success) return refuse({ kind: 'bad-cursor' })
        after = key.data
      }
      return accept({
        async run() {
          const call = { desk, permit, params: read.value.params, query: rest as z.output<Q>, limit, after }
          const page = await spec.handle(call)
          if (!page.ok) return page
          const { items } = page.value
          const next = page.value.next === null ? null : desk.cursors.seal(page.value.next, list)
          return accept({ body: { items: items.map((item) => z.encode(spec.item, item)), next }, location: null, next })
        },
      })
    },
  }
}

/** A view that may be missing, as an answer. */
export const found = <T>(view: T | null): Decision<T, ApiRefusal> =>
  view === null ? refuse({ kind: 'not-found' }) : accept(view)

/** A page out of a list that is short enough to be read whole; it is in ascending order of its keys. */
export function pageOf<T, K extends string | number>(
  all: readonly T[],
  keyOf: (item: T) => K,
  { limit, after }: { limit: number; after: K | null },
): { items: T[]; next: K | null } {
  const rest = after === null ? all : all.filter((item) => keyOf(item) > after)
  const items = rest.slice(0, limit)
  const last = items.at(-1)
  return { items, next: last !== undefined && rest.length > limit ? keyOf(last) : null }
}

function docsOf<A extends Action, P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  spec: Common<A, P, Q, B, R>,
): Omit<RouteDocs, 'matched' | 'paged' | 'located' | 'tagged'> {
  const { id, method, path, tag, action, summary } = spec
  return {
    ...{ id, method, path, tag, action, summary },
    also: spec.also ?? [],
    description: spec.description ?? null,
    params: spec.params ?? Nothing,
    query: spec.query ?? Nothing,
    body: spec.body ?? null,
    example: spec.example,
    status: spec.status ?? (spec.answer ? 200 : 204),
    answer: spec.answer ?? null,
    problems: spec.problems ?? [],
  }
}

function parsed<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  lang: Language,
  raw: Raw,
  params: P,
  query: Q,
  body: B,
): Decision<{ params: z.output<P>; query: z.output<Q>; body: z.output<B> }, ApiRefusal> {
  const inPath = params.safeParse(raw.params)
  // What cannot be an identifier identifies nothing.
  if (!inPath.success) return refuse({ kind: 'not-found' })
  const inQuery: Parsed<z.output<Q>> = query.safeParse(raw.query, { reportInput: true })
  const inBody: Parsed<z.output<B>> = body.safeParse(raw.body, { reportInput: true })
  if (inQuery.success && inBody.success) return accept({ params: inPath.data, query: inQuery.data, body: inBody.data })
  return refuse({
    kind: 'invalid',
    errors: [...faultsOf(inQuery, 'query', lang), ...faultsOf(inBody, 'body', lang)],
  })
}
