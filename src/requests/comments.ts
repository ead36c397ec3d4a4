import { covers, publicActor, type Actor, type Permit } from '../access/policy.ts'
import type { Tx } from '../db/transaction.ts'
import type { Prisma } from '../db/generated/client.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { RequestId, UnitId } from '../kernel/ids.ts'
import type { RequestsDeps } from './changes.ts'
import { takesComment, type Commenter, type CommentRefusal } from './comment.ts'
import * as store from './store.ts'

export type CommentLine = {
  readonly at: Date
  readonly role: Commenter
  /** Null for the applicant. */
  readonly byName: string | null
  readonly forName: string | null
  /** Whether the applicant reads it. */
  readonly visible: boolean
  readonly text: string
}
export type CommentsRead = {
  readonly lines: readonly CommentLine[]
  /** The reader asked for it themselves. */
  readonly own: boolean
}
type Writer = Pick<CommentLine, 'role' | 'byName' | 'forName'>

const context = 'request.comment'
const APPLICANT: Writer = { role: 'applicant', byName: null, forName: null }

/** What those who decide and the applicant write to each other about a request; the texts are sealed where they are kept. */
export function commentsOf({ prisma, transaction, secrets }: RequestsDeps) {
  /** Unit and asker of a request that reached those who decide; null otherwise, and once it was purged. */
  async function reached(
    db: Prisma.TransactionClient,
    permit: Permit<'request.read' | 'request.decide'>,
    id: RequestId,
  ) {
    const row = await db.request.findUnique({
      where: { id },
      select: { unitId: true, submittedAt: true, purgedAt: true, filedBy: true },
    })
    if (!row?.unitId || row.submittedAt === null || row.purgedAt !== null) return null
    const unitId = row.unitId as UnitId
    return covers(permit.units, unitId) ? { unitId, own: isTheirs(permit.actor, row.filedBy) } : null
  }

  /** In the order of time; those for the applicant only, or all. */
  async function read(id: RequestId, only: { readonly visible: true } | null): Promise<CommentLine[]> {
    const rows = await prisma.requestComment.findMany({ where: { requestId: id, ...only }, orderBy: { id: 'asc' } })
    return rows.map(({ at, role, byName, forName, visible, body }) => ({
      ...{ at, role: role as Commenter, byName, forName, visible, text: secrets.open(body, context) },
    }))
  }

  /** Writes one under the request's lock, so that the most there may be are never passed. */
  async function write(
    tx: Tx,
    id: RequestId,
    actor: Actor,
    writer: Writer,
    said: { readonly visible: boolean; readonly text: string },
  ): Promise<Decision<CommentLine, CommentRefusal>> {
    const request = await store.lock(tx.db, secrets, id)
    if (request === null) return refuse({ kind: 'unknown-request' })
    const all = await tx.db.requestComment.count({ where: { requestId: id } })
    const applicant = await tx.db.requestComment.count({ where: { requestId: id, role: 'applicant' } })
    const taken = takesComment(request, writer.role, { all, applicant })
    if (!taken.ok) return taken
    const { visible, text } = said
    await tx.db.requestComment.create({
      data: { requestId: id, at: tx.at, ...writer, visible, body: secrets.seal(text, context) },
    })
    const deputised = writer.forName === null ? {} : { for: writer.forName }
    tx.audit(actor, 'request.commented', `request:${id}`, { reader: visible ? 'applicant' : 'staff', ...deputised })
    return accept({ at: tx.at, ...writer, visible, text })
  }

  return {
    /**
     * The comments on a request, the oldest first; null where `read` tells nothing either. Whoever asked for it themselves
     * reads what its applicant may read, whatever their role.
     */
    async comments(permit: Permit<'request.read'>, id: RequestId): Promise<CommentsRead | null> {
      const found = await reached(prisma, permit, id)
      return found && { own: found.own, lines: await read(id, found.own ? { visible: true } : null) }
    },

    /** What the applicant reads, for whoever the caller has found to be them. */
    commentsForApplicant: (id: RequestId): Promise<CommentLine[]> => read(id, { visible: true }),

    /**
     * A comment of somebody who may decide about requests of the unit; `visible` to the applicant or to those who decide only.
     * Refused: unknown-request (also purged, or out of scope), own-request, too-many-comments.
     */
    comment: (
      permit: Permit<'request.decide'>,
      id: RequestId,
      said: { readonly visible: boolean; readonly text: string },
    ): Promise<Decision<CommentLine, CommentRefusal>> =>
      transaction(async (tx): Promise<Decision<CommentLine, CommentRefusal>> => {
        const found = await reached(tx.db, permit, id)
        const writer = found && writerOf(permit.actor, found.unitId)
        if (found === null || writer === null) return refuse({ kind: 'unknown-request' })
        if (found.own) return refuse({ kind: 'own-request' })
        return write(tx, id, permit.actor, writer, said)
      }),

    /**
     * An answer of whoever the caller has found to be the applicant; everybody concerned reads it. Refused: unknown-request,
     * not-in-state (not sent, or decided), too-many-comments.
     */
    answer: (id: RequestId, text: string, by: Actor = publicActor): Promise<Decision<CommentLine, CommentRefusal>> =>
      transaction((tx) => write(tx, id, by, APPLICANT, { visible: true, text })),
  }
}

const isTheirs = (actor: Actor, filedBy: string | null): boolean =>
  actor.kind === 'person' && actor.accountId === filedBy

/** The role in which somebody writes about a unit's request: one of their own before one that they stand in for. */
function writerOf(actor: Actor, unit: UnitId): Writer | null {
  if (actor.kind !== 'person') return null
  const held = actor.grants.filter(({ role, units }) => role !== 'auditor' && covers(units, unit))
  const grant = held.find(({ deputyFor }) => deputyFor === undefined) ?? held[0]
  if (grant === undefined || grant.role === 'auditor') return null
  return { role: grant.role, byName: actor.name, forName: grant.deputyFor?.name ?? null }
}
