import { randomUUID } from 'node:crypto'
import type { Prisma } from '../db/generated/client.ts'
import { dayFromDb, dayToDb, type Day } from '../kernel/day.ts'
import { EmailAddress } from '../kernel/email-address.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { HeldMailbox, HolderView, SharedKind } from './account.ts'
import type { HolderAsked, HolderRights } from './holder.ts'

type Db = Prisma.TransactionClient

/** A holding that lasts. */
export type Holding = HolderAsked & { readonly id: string }

/** Who holds the mailbox now. */
export const present = (db: Db, account: string): Promise<Holding[]> =>
  db.$queryRaw`
    SELECT id, person_account_id AS "accountId", rights FROM holder
    WHERE account_id = ${account}::uuid AND valid_to IS NULL ORDER BY person_account_id`

/** The shared mailboxes that somebody holds now, and what they may do in each. */
export const heldNow = (db: Db, person: string): Promise<{ mailbox: AccountId; rights: HolderRights }[]> =>
  db.$queryRaw`
    SELECT account_id AS mailbox, rights FROM holder WHERE person_account_id = ${person}::uuid AND valid_to IS NULL
    ORDER BY account_id`

/** Ends holdings with the mailbox's revision `at`; whose sessions are ended is noted once they are seen to be over. */
export async function end(db: Db, ids: readonly string[], on: Day, revision: number): Promise<void> {
  await db.$executeRaw`
    UPDATE holder SET valid_to = greatest(valid_from, ${dayToDb(on)}::date), ended_revision = ${revision}
    WHERE id = ANY (${ids}::uuid[])`
}

/** Those whose rights only grew are not shut out. */
export async function needNoShuttingOut(db: Db, ids: readonly string[], at: Date): Promise<void> {
  if (ids.length > 0) await db.holder.updateMany({ where: { id: { in: [...ids] } }, data: { shutOutAt: at } })
}

/** They hold the mailbox from that day on; that they do not already is the caller's to see. */
export async function begin(db: Db, account: string, holders: readonly HolderAsked[], on: Day): Promise<void> {
  await db.holder.createMany({
    data: holders.map(({ accountId, rights }) => ({
      ...{ id: randomUUID(), accountId: account, personAccountId: accountId, rights, validFrom: dayToDb(on) },
    })),
  })
}

/** The shared mailboxes that these accounts are or hold; with a unit, only its own. */
export async function concerning(db: Db, accounts: readonly string[], unit: UnitId | null): Promise<AccountId[]> {
  const rows = await db.$queryRaw<{ id: AccountId }[]>`
    SELECT DISTINCT h.account_id AS id FROM holder h JOIN account a ON a.id = h.account_id
    WHERE h.valid_to IS NULL AND (${unit}::uuid IS NULL OR a.unit_id = ${unit}::uuid)
      AND (h.person_account_id = ANY (${accounts}::uuid[]) OR h.account_id = ANY (${accounts}::uuid[]))
    ORDER BY 1`
  return rows.map(({ id }) => id)
}

/** Notes that the sessions of former holders are over, in mailboxes whose mail target is at these revisions. */
export async function shutOut(db: Db, boxes: readonly { id: string; revision: number }[], at: Date): Promise<void> {
  await db.$executeRaw`
    UPDATE holder h SET shut_out_at = ${at}
    FROM jsonb_to_recordset(${JSON.stringify(boxes)}::jsonb) AS x(id uuid, revision int)
    WHERE h.account_id = x.id AND h.valid_to IS NOT NULL AND h.shut_out_at IS NULL AND h.ended_revision <= x.revision`
}

/** These accounts, and whoever may write as one of them: what their entries show of it changes with its addresses. */
export async function withHolders(db: Db, accounts: readonly string[]): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT person_account_id AS id FROM holder
    WHERE account_id = ANY (${accounts}::uuid[]) AND valid_to IS NULL AND rights = 'full'`
  return [...new Set([...accounts, ...rows.map(({ id }) => id)])]
}

type Row = {
  id: string
  kind: string
  login: string
  display_name: string
  local: string
  unit_id: string
  unit_name: string | null
  rights: string
  valid_from: Date
  valid_to: Date | null
  shut_out_at: Date | null
}

/** Who holds a shared mailbox, by name, then who did, the latest first. */
export async function holdersOf(db: Db, account: string, on: Day, domain: string): Promise<HolderView[]> {
  const rows = await db.$queryRaw<Row[]>`
    SELECT a.id, a.kind, a.login, a.display_name, ad.local, a.unit_id, u.name AS unit_name, h.rights, h.valid_from, h.valid_to, h.shut_out_at
    FROM holder h
    JOIN account a ON a.id = h.person_account_id
    JOIN address ad ON ad.holder_kind = 'account' AND ad.holder_id = a.id AND ad.role = 'primary' AND ad.state = 'live'
    LEFT JOIN unit_on(${dayToDb(on)}::date) u ON u.unit_id = a.unit_id
    WHERE h.account_id = ${account}::uuid
    ORDER BY h.valid_to IS NOT NULL, h.valid_to DESC, a.sort_key, a.id`
  return rows.map((row) => ({
    accountId: row.id as AccountId,
    displayName: row.display_name,
    address: EmailAddress.parse(`${row.local}@${domain}`),
    unitId: row.unit_id as UnitId,
    unitName: row.unit_name ?? '',
    rights: row.rights as HolderRights,
    since: dayFromDb(row.valid_from),
    until: row.valid_to === null ? null : dayFromDb(row.valid_to),
    stillShuttingOut: row.valid_to !== null && row.shut_out_at === null,
  }))
}

/** The shared mailboxes that somebody holds now, by name. */
export async function heldBy(db: Db, person: string, on: Day, domain: string): Promise<HeldMailbox[]> {
  const rows = await db.$queryRaw<Row[]>`
    SELECT a.id, a.kind, a.login, a.display_name, ad.local, a.unit_id, u.name AS unit_name, h.rights, h.valid_from, h.valid_to, h.shut_out_at
    FROM holder h
    JOIN account a ON a.id = h.account_id
    JOIN address ad ON ad.holder_kind = 'account' AND ad.holder_id = a.id AND ad.role = 'primary' AND ad.state = 'live'
    LEFT JOIN unit_on(${dayToDb(on)}::date) u ON u.unit_id = a.unit_id
    WHERE h.person_account_id = ${person}::uuid AND h.valid_to IS NULL
    ORDER BY a.sort_key, a.id`
  return rows.map((row) => ({
    id: row.id as AccountId,
    kind: row.kind as SharedKind,
    login: row.login,
    displayName: row.display_name,
    address: EmailAddress.parse(`${row.local}@${domain}`),
    unitId: row.unit_id as UnitId,
    unitName: row.unit_name ?? '',
    rights: row.rights as HolderRights,
    since: dayFromDb(row.valid_from),
  }))
}
