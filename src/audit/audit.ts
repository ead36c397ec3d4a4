import type { Permit } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Tx } from '../db/transaction.ts'
import { verifier, type AuditHead, type Break, type Mac } from './entry.ts'
import * as store from './store.ts'

export type Verification = { readonly entries: number; readonly head: AuditHead; readonly broken: Break | null }
export type AuditLine = {
  readonly seq: number
  readonly at: Date
  readonly actor: string
  readonly actorName: string
  readonly action: string
  readonly subject: string
  readonly detail: Readonly<Record<string, unknown>>
  /** Retention erased what was noted, the name of who did it too. */
  readonly erased: boolean
}

export type Audit = ReturnType<typeof auditLog>

/** Reading and checking the log. Writing is `transaction()`'s alone. */
export function auditLog(deps: { prisma: PrismaClient; mac: Mac }) {
  const { prisma, mac } = deps
  return {
    /**
     * Follows the whole chain. `anchor` is a head noted outside earlier; a log that was cut and sealed again no longer
     * holds it. Answers the first break, or none.
     */
    async verify(_permit: Permit<'audit.read'>, anchor: AuditHead | null = null): Promise<Verification> {
      const check = verifier(mac)
      let anchored = anchor === null
      const result = (broken: Break | null) => ({ entries: check.head.seq, head: check.head, broken })
      // The head first: what is appended while we read comes after it.
      const head = await store.readHead(prisma)
      for (;;) {
        const links = await store.linksAfter(prisma, BigInt(check.head.seq), 5_000)
        for (const { salt, body, ...link } of links) {
          if (head !== null && link.seq > head.seq) break
          const entry = { ...link, seq: Number(link.seq) }
          const broken = check.next(entry, salt !== null && body !== null ? { salt, body } : null)
          if (broken) return result(broken)
          if (anchor !== null && entry.seq === anchor.seq) anchored = entry.mac === anchor.mac
        }
        if (links.length < 5_000 || (head !== null && BigInt(check.head.seq) >= head.seq)) break
      }
      if (head === null) return result({ seq: 1, kind: 'cut' })
      const cut = check.end({ seq: Number(head.seq), mac: head.mac, seal: head.seal })
      if (cut) return result(cut)
      return result(anchored ? null : { seq: anchor?.seq ?? 0, kind: 'cut' })
    },

    /** Erases what was noted about these subjects; the links stay, and the chain holds. */
    eraseDetails: (tx: Pick<Tx, 'db'>, subjects: readonly string[]): Promise<number> =>
      store.eraseDetails(tx.db, subjects),

    /** The newest link, to be noted outside (log, mail) so that a cut tail is found. Null before the first entry. */
    async head(): Promise<AuditHead | null> {
      const row = await store.readHead(prisma)
      return row === null ? null : { seq: Number(row.seq), mac: row.mac }
    },

    /** A page of the log, newest first. */
    async page(
      _permit: Permit<'audit.read'>,
      filter: { q?: string; action?: string; before?: number; limit?: number },
    ): Promise<AuditLine[]> {
      const links = await store.pageOf(prisma, {
        q: filter.q ?? '',
        action: filter.action ?? '',
        before: filter.before === undefined ? null : BigInt(filter.before),
        limit: filter.limit ?? 50,
      })
      return links.map((link) => {
        const { by, ...detail } = (link.body === null ? {} : JSON.parse(link.body)) as Record<string, unknown>
        return {
          seq: Number(link.seq),
          at: link.at,
          actor: link.actor,
          actorName: typeof by === 'string' ? by : '',
          action: link.action,
          subject: link.subject,
          detail,
          erased: link.body === null,
        }
      })
    },
  }
}
