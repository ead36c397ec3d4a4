import { z } from 'zod'
import type { Action } from '../access/policy.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { ApiRefusal } from './problem.ts'
import type { ApiRoute, Resource } from './route.ts'
import { docsOf, Nothing, parsed, type Call, type Common } from './spec.ts'

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
    readonly of?: Resource<z.output<P>, V>
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
    tagged:
      answer !== null &&
      (spec.method === 'get' || spec.location !== undefined || (spec.of?.answer as unknown) === answer),
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
