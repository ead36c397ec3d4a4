import { z } from 'zod'
import type { Action, Permit } from '../access/policy.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { Language } from '../letters/letter.ts'
import type { TakenFile } from './body.ts'
import { faultsOf, type Parsed } from './faults.ts'
import type { ApiRefusal, ProblemKind, Said } from './problem.ts'
import type { Desk, Method, Raw, RouteDocs, Tag } from './route.ts'

export const Nothing = z.strictObject({})
export type Nothing = typeof Nothing

export type Call<A extends Action, P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, V> = {
  readonly desk: Desk
  readonly permit: Permit<A>
  readonly params: z.output<P>
  readonly query: z.output<Q>
  readonly body: z.output<B>
  /** What the change is about, as it is now; the client has seen it so. */
  readonly present: V
}
export type Common<A extends Action, P, Q, B extends z.ZodType, R> = {
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
  readonly takes?: TakenFile
  readonly gives?: 'application/pdf'
  readonly example?: z.input<B>
  readonly status?: 200 | 201 | 202 | 204
  readonly answer?: R
  readonly problems?: readonly ProblemKind[]
}

/** What the documentation tells of a route that was written down shortly. */
export function docsOf<
  A extends Action,
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  R extends z.ZodType,
>(spec: Common<A, P, Q, B, R>): Omit<RouteDocs, 'matched' | 'paged' | 'located' | 'tagged'> {
  const { id, method, path, tag, action, summary } = spec
  return {
    ...{ id, method, path, tag, action, summary },
    also: spec.also ?? [],
    description: spec.description ?? null,
    params: spec.params ?? Nothing,
    query: spec.query ?? Nothing,
    body: spec.body ?? null,
    takes: spec.takes ?? null,
    gives: spec.gives ?? null,
    example: spec.example,
    status: spec.status ?? (spec.answer ? 200 : 204),
    answer: spec.answer ?? null,
    problems: spec.problems ?? [],
  }
}

/** What was sent, read; every fault of it otherwise. */
export function parsed<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
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
