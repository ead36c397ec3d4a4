import { Prisma } from '../db/generated/client.ts'
import type { Bounce, Report } from './bounce.ts'

type Db = Prisma.TransactionClient

export type Due = {
  readonly id: string
  readonly recipient: string
  readonly template: string
  readonly language: string
  readonly params_cipher: string
  readonly attempts: number
  readonly created_at: Date
}

/** The letter that is due longest, locked; those that somebody else is sending are passed over. */
export async function nextDue(db: Db, at: Date): Promise<Due | null> {
  const [due] = await db.$queryRaw<Due[]>`
    SELECT id, recipient, template, language, params_cipher, attempts, created_at FROM outbox
    WHERE state = 'waiting' AND next_at <= ${at} ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED`
  return due ?? null
}

export const sent = (db: Db, id: string, attempts: number, at: Date) =>
  db.outbox.update({ where: { id }, data: { state: 'sent', sentAt: at, paramsCipher: null, attempts, detail: null } })

export const notSent = (
  db: Db,
  id: string,
  { failed, ...data }: { failed: boolean; attempts: number; detail: string; nextAt: Date },
) => db.outbox.update({ where: { id }, data: { ...data, ...(failed ? { state: 'failed' } : {}) } })

export const again = (db: Db, ids: readonly string[], at: Date) =>
  db.outbox.updateMany({ where: { id: { in: [...ids] } }, data: { state: 'waiting', attempts: 0, nextAt: at } })

/** Locks a letter; null when it is not kept (any more). */
export async function lock(
  db: Db,
  id: string,
): Promise<{ state: string; bounce: Bounce | null; whole: boolean } | null> {
  const [row] = await db.$queryRaw<{ state: string; bounce: Bounce | null; whole: boolean }[]>`
    SELECT state, bounce, params_cipher IS NOT NULL AS whole FROM outbox WHERE id = ${id} FOR UPDATE`
  return row ?? null
}

export const bounced = (db: Db, id: string, { bounce, status, detail }: Report, at: Date) =>
  db.outbox.update({
    where: { id },
    data: { bounce, bounceStatus: status, bounceDetail: detail, bouncedAt: at },
  })

/** A letter that did not arrive. */
export type Trouble = {
  readonly template: string
  /** Null where it was never taken by the mail server: `detail` says why. */
  readonly bounce: Bounce | null
  readonly status: string | null
  readonly detail: string | null
  readonly at: Date
  /** Letters to the same address that were sent after it and have not come back. */
  readonly since: number
}

/** The newest letter to an address that was given up or came back. */
export async function trouble(db: Db, recipient: string): Promise<Trouble | null> {
  const [row] = await db.$queryRaw<Trouble[]>`
    SELECT o.template, o.bounce, o.bounce_status AS status, coalesce(o.bounce_detail, o.detail) AS detail,
      coalesce(o.bounced_at, o.created_at) AS at,
      (SELECT count(*)::int FROM outbox n WHERE n.recipient = o.recipient AND n.created_at > o.created_at
        AND n.state = 'sent' AND n.bounce IS NULL) AS since
    FROM outbox o WHERE o.recipient = ${recipient} AND (o.state = 'failed' OR o.bounce IS NOT NULL)
    ORDER BY o.created_at DESC LIMIT 1`
  return row ?? null
}

export const UNDELIVERED_TABS = ['failed', 'returned', 'waiting'] as const
export type UndeliveredTab = (typeof UNDELIVERED_TABS)[number]
const TAB: Readonly<Record<UndeliveredTab, Prisma.Sql>> = {
  failed: Prisma.sql`state = 'failed'`,
  returned: Prisma.sql`bounce IS NOT NULL AND state = 'sent'`,
  waiting: Prisma.sql`state = 'waiting' AND attempts > 0`,
}

export type UndeliveredLine = {
  readonly id: string
  readonly recipient: string
  readonly template: string
  readonly about: string | null
  readonly attempts: number
  readonly detail: string | null
  readonly createdAt: Date
  readonly nextAt: Date
  readonly bounce: Bounce | null
  readonly status: string | null
  readonly bouncedAt: Date | null
  /** Whether its words are still kept, so that it can be sent. */
  readonly whole: boolean
}

/** Where a letter stands among those that did not arrive. */
export type LetterPlace = { readonly at: string; readonly id: string }

export const undelivered = (
  db: Db,
  filter: { tab: UndeliveredTab; limit: number; offset: number; after?: LetterPlace | null },
): Promise<(UndeliveredLine & { readonly exact: string })[]> =>
  db.$queryRaw`
    SELECT id, recipient, template, about, attempts, coalesce(bounce_detail, detail) AS detail, created_at AS "createdAt",
      next_at AS "nextAt", bounce, bounce_status AS status, bounced_at AS "bouncedAt", params_cipher IS NOT NULL AS whole, created_at::text AS exact
    FROM outbox WHERE ${TAB[filter.tab]} AND ${onwards(filter.after ?? null)} ORDER BY created_at DESC, id LIMIT ${filter.limit} OFFSET ${filter.offset}`

const onwards = (after: LetterPlace | null) =>
  after === null
    ? Prisma.sql`true`
    : Prisma.sql`(created_at < ${after.at}::timestamptz OR (created_at = ${after.at}::timestamptz AND id > ${after.id}))`

export async function undeliveredCounts(db: Db): Promise<Record<UndeliveredTab, number>> {
  const [row] = await db.$queryRaw<Record<UndeliveredTab, number>[]>`
    SELECT (SELECT count(*)::int FROM outbox WHERE ${TAB.failed}) AS failed,
      (SELECT count(*)::int FROM outbox WHERE ${TAB.returned}) AS returned,
      (SELECT count(*)::int FROM outbox WHERE ${TAB.waiting}) AS waiting`
  return row ?? { failed: 0, returned: 0, waiting: 0 }
}

export const failed = (db: Db, limit: number) =>
  db.outbox.findMany({
    where: { state: 'failed' },
    orderBy: { createdAt: 'desc' },
    take: limit,
    select: { id: true, recipient: true, template: true, detail: true, createdAt: true },
  })

/** Letters that were given up and whose words are still kept; locked. */
export async function failedWhole(db: Db): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM outbox WHERE state = 'failed' AND params_cipher IS NOT NULL ORDER BY created_at LIMIT 1000 FOR UPDATE`
  return rows.map(({ id }) => id)
}

/** Erases the words of letters that were given up before then. */
export const erase = (db: Db, before: Date): Promise<number> =>
  db.$executeRaw`
    UPDATE outbox SET params_cipher = NULL WHERE state = 'failed' AND params_cipher IS NOT NULL AND created_at < ${before}`

/** Forgets letters that are done with and were written before then. */
export const forget = (db: Db, before: Date): Promise<number> =>
  db.$executeRaw`DELETE FROM outbox WHERE created_at < ${before} AND state <> 'waiting'`

export const forgetAbout = (db: Db, about: readonly string[], recipients: readonly string[]): Promise<number> =>
  db.$executeRaw`
    DELETE FROM outbox WHERE (about = ANY (${about}::text[]) OR recipient = ANY (${recipients}::text[])) AND state <> 'waiting'`
