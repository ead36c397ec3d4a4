import { z } from 'zod'
import type { Transaction, Tx } from '../db/transaction.ts'
import { days, later } from '../kernel/clock.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { Secrets } from '../kernel/secrets.ts'

/** What was answered, as it is told again. */
const Answer = z.object({ status: z.int(), headers: z.record(z.string(), z.string()), body: z.unknown() })
export type Answer = z.infer<typeof Answer>
export type Once = { readonly answer: Answer; readonly replayed: boolean }
export type OnceRefusal =
  /** The first request with this key is still under way. */
  | { kind: 'key-in-use' }
  /** The key came with another request before. */
  | { kind: 'key-reused' }
export type Idempotency = ReturnType<typeof idempotencyOf>

/** How long an answer is told again. */
const KEPT_MS = days(1)
const SEAL = 'idempotency'

/**
 * Acts that are asked for with a key (draft-ietf-httpapi-idempotency-key-header): done once, and answered alike each time. The
 * answer is written in the transaction of the act, so a crash leaves both or neither.
 */
export function idempotencyOf(deps: { atomically: Transaction; secrets: Secrets }) {
  const { atomically, secrets } = deps

  return {
    /** `act` calls use cases and works out the answer; it may run again after a conflict. What it throws undoes all. */
    once: (
      asked: { token: string; key: string; request: string },
      act: () => Promise<Answer>,
    ): Promise<Decision<Once, OnceRefusal>> =>
      atomically(async (tx): Promise<Decision<Once, OnceRefusal>> => {
        const { token: tokenId, key } = asked
        // Held until the end of the transaction, and so no longer than the connection of a process that dies.
        const [lock] = await tx.db.$queryRaw<
          { free: boolean }[]
        >`SELECT pg_try_advisory_xact_lock(hashtextextended(${`${tokenId} ${key}`}, 723)) AS free`
        if (lock?.free !== true) return refuse({ kind: 'key-in-use' })
        const fingerprint = secrets.tokenHash(`${SEAL} ${asked.request}`)
        const known = await tx.db.idempotencyKey.findUnique({ where: { tokenId_key: { tokenId, key } } })
        if (known !== null && known.createdAt > later(tx.at, -KEPT_MS)) {
          if (known.fingerprint !== fingerprint) return refuse({ kind: 'key-reused' })
          const answer = Answer.parse(JSON.parse(secrets.open(known.answerCipher, SEAL)))
          return accept({ answer, replayed: true })
        }
        const answer = await act()
        const note = { fingerprint, answerCipher: secrets.seal(JSON.stringify(answer), SEAL), createdAt: tx.at }
        await tx.db.idempotencyKey.upsert({
          where: { tokenId_key: { tokenId, key } },
          create: { tokenId, key, ...note },
          update: note,
        })
        return accept({ answer, replayed: false })
      }),

    forgetOld: (tx: Tx) => tx.db.idempotencyKey.deleteMany({ where: { createdAt: { lt: later(tx.at, -KEPT_MS) } } }),
  }
}
