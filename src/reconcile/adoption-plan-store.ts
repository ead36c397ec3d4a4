import { Prisma } from '../db/generated/client.ts'
import type { ForeignCapabilities } from '../directory/foreign.ts'
import type { LocalPart } from '../kernel/email-address.ts'
import type { UnitId } from '../kernel/ids.ts'
import type { AdoptionAsked, AdoptionCounts, DecisionAct, Judged, Outcome, Review, Said } from './adoption.ts'
import { Mapping, type Preset } from './mapping.ts'

type Db = Prisma.TransactionClient

export type AdoptionState = 'reading' | 'preview' | 'running' | 'done' | 'faulty'
/** A directory that is taken over: what was asked, and how far it is. */
export type AdoptionRecord = AdoptionAsked & {
  readonly id: string
  readonly number: number
  readonly state: AdoptionState
  readonly preset: Preset
  readonly byName: string
  readonly askedAt: Date
  readonly readAt: Date | null
  readonly startedAt: Date | null
  readonly endedAt: Date | null
  readonly hash: string | null
  readonly counts: AdoptionCounts | null
  readonly capabilities: ForeignCapabilities | null
  /** Entries that were taken over, and those left because they are not what was shown any more. */
  readonly taken: number
  readonly changed: number
  readonly fault: string | null
}
/** One entry as it was read. */
export type AdoptionRow = {
  readonly n: number
  readonly dn: string
  readonly name: string
  readonly remoteId: string | null
  readonly login: string | null
  readonly mail: string | null
  readonly kind: Outcome['kind']
  readonly why: Review | null
  readonly accountId: string | null
  readonly unitId: UnitId | null
}

const recordOf = (row: Prisma.AdoptionGetPayload<object>): AdoptionRecord => ({
  ...row,
  state: row.state as AdoptionState,
  preset: row.preset as Preset,
  mapping: Mapping.parse(row.mapping),
  unitId: row.unitId as UnitId | null,
  counts: row.counts as AdoptionCounts | null,
  capabilities: row.capabilities as ForeignCapabilities | null,
})

export async function create(
  db: Db,
  asked: AdoptionAsked & { preset: Preset; byId: string; byName: string; at: Date },
): Promise<AdoptionRecord> {
  const { at, ...rest } = asked
  return recordOf(await db.adoption.create({ data: { ...rest, askedAt: at } }))
}
export const list = async (db: Db, limit: number): Promise<AdoptionRecord[]> =>
  (await db.adoption.findMany({ orderBy: { number: 'desc' }, take: limit })).map(recordOf)
export async function find(db: Db, id: string): Promise<AdoptionRecord | null> {
  const row = await db.adoption.findUnique({ where: { id } })
  return row && recordOf(row)
}
export async function lock(db: Db, id: string): Promise<AdoptionRecord | null> {
  await db.$queryRaw`SELECT 1 FROM adoption WHERE id = ${id}::uuid FOR UPDATE`
  return find(db, id)
}
/** What waits to be read or carried out, the oldest first. */
export async function next(db: Db): Promise<AdoptionRecord | null> {
  const row = await db.adoption.findFirst({
    where: { state: { in: ['reading', 'running'] } },
    orderBy: { number: 'asc' },
  })
  return row && recordOf(row)
}
export const update = (db: Db, id: string, data: Prisma.AdoptionUpdateInput): Promise<unknown> =>
  db.adoption.update({ where: { id }, data })
export const progress = (db: Db, id: string, taken: number): Promise<unknown> =>
  db.adoption.update({ where: { id }, data: { taken: { increment: taken } } })
export const forgetOld = (db: Db, before: Date): Promise<unknown> =>
  db.adoption.deleteMany({ where: { askedAt: { lt: before }, state: { not: 'running' } } })

/** The entries in place of those of an earlier reading. */
export async function writeEntries(db: Db, id: string, judged: readonly Judged[], domain: string): Promise<void> {
  await db.adoptionEntry.deleteMany({ where: { adoptionId: id } })
  for (let start = 0; start < judged.length; start += 5_000) {
    const rows = judged.slice(start, start + 5_000).map(({ entry, outcome }, at) => ({
      ...{ n: start + at + 1, dn: entry.dn, name: entry.name.slice(0, 300), login: entry.login?.slice(0, 200) ?? null },
      ...{ remote_id: entry.remoteId, mail: entry.local === null ? null : `${entry.local}@${domain}` },
      ...{ kind: outcome.kind, why: outcome.kind === 'review' ? outcome.why : null },
      account_id: 'account' in outcome ? outcome.account : null,
      unit_id: outcome.kind === 'new' ? outcome.unitId : entry.unitId,
    }))
    await db.$executeRaw`
      INSERT INTO adoption_entry (adoption_id, n, dn, name, remote_id, login, mail, kind, why, account_id, unit_id)
      SELECT ${id}::uuid, n, dn, name, remote_id, login, mail, kind, why, account_id, unit_id
      FROM json_to_recordset(${JSON.stringify(rows)}::json) AS x(n int, dn text, name text, remote_id text, login text,
        mail text, kind text, why text, account_id uuid, unit_id uuid)`
  }
}

const rowOf = ({ adoptionId: _, ...row }: Prisma.AdoptionEntryGetPayload<object>): AdoptionRow => ({
  ...row,
  kind: row.kind as AdoptionRow['kind'],
  why: row.why as Review | null,
  unitId: row.unitId as UnitId | null,
})

export type EntryFilter = { readonly kind: Outcome['kind'] | null; readonly why: Review | null; readonly q: string }
export async function entries(
  db: Db,
  id: string,
  { kind, why, q }: EntryFilter,
  page: { limit: number; offset: number },
): Promise<{ rows: AdoptionRow[]; total: number }> {
  const where: Prisma.AdoptionEntryWhereInput = {
    ...{ adoptionId: id, ...(kind === null ? {} : { kind }), ...(why === null ? {} : { why }) },
    ...(q === ''
      ? {}
      : {
          OR: (['name', 'login', 'dn', 'mail'] as const).map((field) => ({
            [field]: { contains: q, mode: 'insensitive' },
          })),
        }),
  }
  const [rows, total] = await Promise.all([
    db.adoptionEntry.findMany({ where, orderBy: { n: 'asc' }, take: page.limit, skip: page.offset }),
    db.adoptionEntry.count({ where }),
  ])
  return { rows: rows.map(rowOf), total }
}
export async function entry(db: Db, id: string, n: number): Promise<AdoptionRow | null> {
  const row = await db.adoptionEntry.findUnique({ where: { adoptionId_n: { adoptionId: id, n } } })
  return row && rowOf(row)
}
/** What is to be taken over, by the server's identifier: new accounts (null) and those of existing ones. */
export async function sure(db: Db, id: string): Promise<ReadonlyMap<string, AdoptionRow>> {
  const rows = await db.adoptionEntry.findMany({ where: { adoptionId: id, kind: { in: ['new', 'link'] } } })
  return new Map(rows.map((row) => [row.remoteId ?? '', rowOf(row)]))
}
/** How many accounts of which unit it makes or changes, for the brake. */
export async function parts(db: Db, id: string): Promise<{ unitId: UnitId | null; n: number }[]> {
  const rows = await db.adoptionEntry.groupBy({
    by: ['unitId'],
    where: { adoptionId: id, kind: { in: ['new', 'link'] } },
    _count: true,
  })
  return rows.map(({ unitId, _count: n }) => ({ unitId: unitId as UnitId | null, n }))
}

type DecisionRow = Prisma.AdoptionDecisionGetPayload<object>
const saidOf = ({ act, accountId, local, unitId }: DecisionRow): Said => {
  const kind = act as DecisionAct
  if (kind === 'link') return { act: 'link', account: accountId ?? '' }
  return kind === 'leave'
    ? { act: 'leave' }
    : { act: 'new', local: local as LocalPart | null, unitId: unitId as UnitId | null }
}
/** All that people said, by the server's identifier of the entry. */
export const decisions = async (db: Db): Promise<ReadonlyMap<string, Said>> =>
  new Map((await db.adoptionDecision.findMany()).map((row) => [row.remoteId, saidOf(row)]))
/** What was said about these, and by whom. */
export async function decisionsAbout(
  db: Db,
  remoteIds: readonly string[],
): Promise<ReadonlyMap<string, { said: Said; byName: string; at: Date }>> {
  const rows = await db.adoptionDecision.findMany({ where: { remoteId: { in: [...remoteIds] } } })
  return new Map(rows.map((row) => [row.remoteId, { said: saidOf(row), byName: row.byName, at: row.at }]))
}
export async function decide(
  db: Db,
  about: { remoteId: string; dn: string; byName: string; at: Date },
  said: Said,
): Promise<void> {
  const data = {
    ...{ ...about, act: said.act, accountId: said.act === 'link' ? said.account : null },
    ...{ local: said.act === 'new' ? said.local : null, unitId: said.act === 'new' ? said.unitId : null },
  }
  await db.adoptionDecision.upsert({ where: { remoteId: about.remoteId }, create: data, update: data })
}
/** The account of that number or login. */
export const accountOf = async (db: Db, login: string): Promise<string | null> =>
  (await db.account.findUnique({ where: { login }, select: { id: true } }))?.id ?? null
