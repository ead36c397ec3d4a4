import { randomUUID } from 'node:crypto'
import type { Permit } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Lanes } from '../db/lanes.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import { backoff } from '../kernel/backoff.ts'
import { days, later, minutes, type Clock } from '../kernel/clock.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import { TargetFault } from '../kernel/fault.ts'
import type { Secrets } from '../kernel/secrets.ts'
import { readReport, outweighs, type Bounce, type Returned } from './bounce.ts'
import type { Letter, LetterParams, Sender, Template, Writer } from './letter.ts'
import { letterReturnedTo, looksReturned, returnAddressOf } from './return-address.ts'
import * as store from './store.ts'

export type { Trouble, UndeliveredLine, UndeliveredTab } from './store.ts'
export { UNDELIVERED_TABS } from './store.ts'
export type RetryRefusal = { kind: 'no-such-letter' } | { kind: 'letter-erased' }
/** A letter, and what it is about, such as `request:<id>`. */
export type Posted = Letter & { readonly about?: string }
export type Letters = ReturnType<typeof lettersOf>

/** A mail server that is away is asked again at most so far apart, until the letter is given up and waits for IT staff. */
const LONGEST_PAUSE = minutes(15)
const GIVE_UP_AFTER = days(3)
/** Letters on their way at the same time. */
const WIDTH = 4

/**
 * Letters from an outbox: written with the change that causes them, sent at least once, with a stable Message-ID and, where
 * there is a `returnTo`, a return address of their own, so that what comes back tells which letter did not arrive.
 */
export function lettersOf(deps: {
  prisma: PrismaClient
  lanes: Lanes
  transaction: Transaction
  clock: Clock
  secrets: Secrets
  writer: Writer
  sender: Sender
  domain: string
  returnTo: string | null
}) {
  const { prisma, lanes, transaction, clock, secrets, writer, sender, domain, returnTo } = deps

  const deliverOne = (): Promise<boolean> =>
    lanes.run(async ({ db }) => {
      // The row's lock lasts while the letter is on its way: nobody else sends it, and a crash lets it go.
      const due = await store.nextDue(db, clock())
      if (!due) return false
      const attempts = due.attempts + 1
      try {
        const params = JSON.parse(secrets.open(due.params_cipher, 'outbox')) as LetterParams[Template]
        const letter = { to: due.recipient, language: due.language, template: due.template, params } as Letter
        const { subject, text } = await writer(letter)
        await sender({
          ...{ messageId: due.id, to: due.recipient, language: letter.language, subject, text },
          returnTo: returnTo === null ? null : returnAddressOf(returnTo, due.id, secrets.returnMac),
        })
        await store.sent(db, due.id, attempts, clock())
      } catch (error) {
        const refused = error instanceof TargetFault && error.fault.kind === 'refused'
        const old = later(due.created_at, GIVE_UP_AFTER) < clock()
        await store.notSent(db, due.id, {
          ...{ attempts, failed: refused || old, nextAt: later(clock(), backoff(attempts, LONGEST_PAUSE)) },
          detail: String(error instanceof Error ? error.message : error).slice(0, 500),
        })
      }
      return true
    }, 60_000)

  async function postMany(tx: Tx, posted: readonly Posted[]): Promise<void> {
    if (posted.length === 0) return
    const data = posted.map((letter) => ({
      id: `<${randomUUID()}@${domain}>`,
      recipient: letter.to,
      template: letter.template,
      language: letter.language,
      about: letter.about ?? null,
      paramsCipher: secrets.seal(JSON.stringify(letter.params), 'outbox'),
      nextAt: tx.at,
      createdAt: tx.at,
    }))
    await tx.db.outbox.createMany({ data })
    tx.ring('letters')
  }

  return {
    /** Puts a letter into the outbox, with the change or not at all; `about` is what it is about, such as `request:<id>`. */
    post: (tx: Tx, letter: Posted): Promise<void> => postMany(tx, [letter]),
    /** The same for many, by one statement. */
    postMany,

    /** Sends what is due, some at a time; answers how many were tried. */
    async deliver(): Promise<number> {
      let tried = 0
      const walk = async () => {
        while (await deliverOne()) tried++
      }
      const walks = await Promise.allSettled(Array.from({ length: WIDTH }, walk))
      const broken = walks.find((each) => each.status === 'rejected')
      if (broken) throw broken.reason
      return tried
    },

    /** Whether this could be the return address of a letter. */
    mayReturn: (address: string): boolean => returnTo !== null && looksReturned(address, returnTo),

    /**
     * A letter came back to this address: noted with it, and nothing else follows. What was made up, tells of no trouble, or
     * belongs to a letter that is no longer kept, is passed over.
     */
    async returned(address: string, mail: Returned): Promise<Bounce | null> {
      const id = returnTo === null ? null : letterReturnedTo(address, returnTo, domain, secrets.returnMac)
      const report = id === null ? null : readReport(mail)
      if (id === null || report === null) return null
      return transaction(async (tx) => {
        const known = await store.lock(tx.db, id)
        if (known === null || !outweighs(report.bounce, known.bounce)) return null
        await store.bounced(tx.db, id, report, tx.at)
        return report.bounce
      })
    },

    /** The newest trouble with letters to this address, if any: given up, or come back. */
    trouble: (recipient: string): Promise<store.Trouble | null> => store.trouble(prisma, recipient),

    /** Letters that were given up, came back, or are tried again, newest first. */
    async undelivered(
      _permit: Permit<'letter.read'>,
      filter: { tab: store.UndeliveredTab; limit: number; offset: number },
    ): Promise<{ lines: store.UndeliveredLine[]; counts: Readonly<Record<store.UndeliveredTab, number>> }> {
      const [lines, counts] = await Promise.all([store.undelivered(prisma, filter), store.undeliveredCounts(prisma)])
      return { lines, counts }
    },

    /** The same without counting, from a place on; `next` is where it goes on, null when no more follow. */
    async undeliveredAfter(
      _permit: Permit<'letter.read'>,
      filter: { tab: store.UndeliveredTab; after: store.LetterPlace | null; limit: number },
    ): Promise<{ lines: store.UndeliveredLine[]; next: store.LetterPlace | null }> {
      const { limit } = filter
      const found = await store.undelivered(prisma, { ...filter, limit: limit + 1, offset: 0 })
      const lines = found.slice(0, limit)
      const last = lines.at(-1)
      return { lines, next: last && found.length > limit ? { at: last.exact, id: last.id } : null }
    },

    /** Sends a letter that was given up once more, as it was written. Refused: no-such-letter, letter-erased. */
    retry: (permit: Permit<'letter.retry'>, id: string): Promise<Decision<null, RetryRefusal>> =>
      transaction(async (tx) => {
        const letter = await store.lock(tx.db, id)
        if (letter === null || letter.state !== 'failed') return refuse({ kind: 'no-such-letter' })
        if (!letter.whole) return refuse({ kind: 'letter-erased' })
        await store.again(tx.db, [id], tx.at)
        tx.ring('letters')
        tx.audit(permit.actor, 'letter.retried', `letter:${id}`)
        return accept(null)
      }),

    /** The same with all of them; answers how many. */
    retryAll: (permit: Permit<'letter.retry'>): Promise<number> =>
      transaction(async (tx) => {
        const ids = await store.failedWhole(tx.db)
        if (ids.length === 0) return 0
        await store.again(tx.db, ids, tx.at)
        tx.ring('letters')
        for (const id of ids) tx.audit(permit.actor, 'letter.retried', `letter:${id}`)
        return ids.length
      }),

    /** Letters that were given up, newest first; and how many there are. */
    failed: (limit = 50) => store.failed(prisma, limit),
    failures: (): Promise<number> => prisma.outbox.count({ where: { state: 'failed' } }),

    /** Forgets letters about these subjects or to these addresses; those that still wait are sent first. */
    forgetAbout: (tx: Tx, of: { about: readonly string[]; recipients: readonly string[] }): Promise<number> =>
      store.forgetAbout(tx.db, of.about, of.recipients),

    /** Erases what failed letters say after `contentDays`, and forgets letters after `days`; answers how many of each. */
    purge: (_permit: Permit<'system.tidy'>, limits: { days: number; contentDays: number }) =>
      transaction(async (tx) => ({
        erased: await store.erase(tx.db, later(tx.at, -days(limits.contentDays))),
        forgotten: await store.forget(tx.db, later(tx.at, -days(limits.days))),
      })),
  }
}
