import { z } from 'zod'
import type { Action } from '../access/policy.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { ApiRefusal } from './problem.ts'
import type { ApiRoute } from './route.ts'
import { docsOf, Nothing, parsed, type Call, type Common } from './spec.ts'

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
