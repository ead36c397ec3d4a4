import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Tx } from '../db/transaction.ts'
import { Day, dayFromDb, dayToDb } from '../kernel/day.ts'
import { AccountId, UnitId } from '../kernel/ids.ts'
import type { Actor } from './policy.ts'

/** What was written when administrators' rights went from units to others, by which it is taken back. */
export const RightsTrace = z.object({
  ended: z.array(z.object({ id: z.string(), account: AccountId, unit: UnitId, until: Day.nullable() })),
  begun: z.array(z.object({ id: z.string(), account: AccountId, unit: UnitId })),
})
export type RightsTrace = z.infer<typeof RightsTrace>

async function tell(tx: Tx, by: Actor, kind: 'role-granted' | 'role-revoked', accounts: readonly string[]) {
  await tx.db.accountEvent.createMany({
    data: accounts.map((accountId) => ({ accountId, at: tx.at, kind, byName: by.name, note: 'unit-admin' })),
  })
}

async function insert(tx: Tx, rows: RightsTrace['begun'], from: Day): Promise<void> {
  const data = rows.map(({ id, account: accountId, unit: unitId }) => ({
    ...{ id, accountId, unitId, role: 'unit-admin', validFrom: dayToDb(from) },
  }))
  await tx.db.roleGrant.createMany({ data })
}

/**
 * The right to administer units ends for these grants on that day, and begins for these accounts, in the caller's transaction,
 * which has decided that no seat becomes empty.
 */
export async function carryRights(
  tx: Tx,
  by: Actor,
  asked: { readonly ended: readonly string[]; readonly begun: readonly { account: AccountId; unit: UnitId }[] },
  on: Day,
): Promise<RightsTrace> {
  const rows = await tx.db.$queryRaw<{ id: string; account: AccountId; unit: UnitId; until: Date | null }[]>`
    WITH old AS (SELECT id, valid_to FROM role_grant WHERE id = ANY (${asked.ended}::uuid[]) ORDER BY id FOR UPDATE)
    UPDATE role_grant g SET valid_to = greatest(g.valid_from, ${dayToDb(on)}::date) FROM old WHERE g.id = old.id
    RETURNING g.id, g.account_id AS account, g.unit_id AS unit, old.valid_to AS until`
  const ended = rows.map((row) => ({ ...row, until: row.until && dayFromDb(row.until) }))
  const begun = asked.begun.map((each) => ({ id: randomUUID(), ...each }))
  await insert(tx, begun, on)
  for (const { account, unit } of ended)
    tx.audit(by, 'role.revoked', `account:${account}`, { role: 'unit-admin', unit })
  for (const { account, unit } of begun)
    tx.audit(by, 'role.granted', `account:${account}`, { role: 'unit-admin', unit })
  const gone = ended.filter(({ account }) => !begun.some((each) => each.account === account))
  const come = begun.filter(({ account }) => !ended.some((each) => each.account === account))
  await tell(tx, by, 'role-revoked', [...new Set(gone.map(({ account }) => account))])
  await tell(tx, by, 'role-granted', [...new Set(come.map(({ account }) => account))])
  return { ended, begun }
}

/** Takes that back from `from` on. */
export async function putRightsBack(
  tx: Tx,
  by: Actor,
  trace: RightsTrace,
  { on, from }: { readonly on: Day; readonly from: Day },
): Promise<void> {
  const begun = trace.begun.map(({ id }) => id)
  if (from <= on) {
    await tx.db.roleGrant.deleteMany({ where: { id: { in: begun } } })
    await tx.db.$executeRaw`
      UPDATE role_grant g SET valid_to = x.until
      FROM json_to_recordset(${JSON.stringify(trace.ended)}::json) AS x(id uuid, until date) WHERE g.id = x.id`
  } else {
    await tx.db.roleGrant.updateMany({ where: { id: { in: begun } }, data: { validTo: dayToDb(from) } })
    await insert(
      tx,
      trace.ended.map((each) => ({ ...each, id: randomUUID() })),
      from,
    )
  }
  for (const { account, unit } of trace.begun)
    tx.audit(by, 'role.revoked', `account:${account}`, { role: 'unit-admin', unit })
  for (const { account, unit } of trace.ended)
    tx.audit(by, 'role.granted', `account:${account}`, { role: 'unit-admin', unit })
}

/** Rights of these that have ended since, or were given for these units by somebody else. */
export async function rightsChangedSince(
  tx: Pick<Tx, 'db'>,
  trace: RightsTrace,
  madeUnits: readonly UnitId[],
  on: Day,
): Promise<UnitId[]> {
  const begun = trace.begun.map(({ id }) => id)
  const rows = await tx.db.$queryRaw<{ unit: UnitId }[]>`
    SELECT unit_id AS unit FROM role_grant WHERE id = ANY (${begun}::uuid[]) AND valid_to IS NOT NULL
    UNION SELECT unit_id FROM role_grant WHERE unit_id = ANY (${madeUnits}::uuid[]) AND NOT id = ANY (${begun}::uuid[])
      AND (valid_to IS NULL OR valid_to > ${dayToDb(on)}::date)`
  return rows.map(({ unit }) => unit)
}
