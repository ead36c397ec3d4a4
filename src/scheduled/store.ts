import { z } from 'zod'
import type { Prisma } from '../db/generated/client.ts'
import { dayFromDb, dayToDb, type Day } from '../kernel/day.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import { ChangeSeat, type Change, type ChangeState, type ChangeSubject, type SubjectKind } from './change.ts'

type Db = Prisma.TransactionClient
type Row = Prisma.ScheduledChangeGetPayload<{ include: { agreements: true } }>

const Seats = z.array(ChangeSeat)
const Command = z.looseObject({ type: z.string() })
const withAgreements = { agreements: { orderBy: { seat: 'asc' } } } as const

const changeOf = (row: Row): Change => ({
  id: row.id,
  subject: { kind: row.subjectKind as SubjectKind, id: row.subjectId },
  command: Command.parse(row.command),
  on: dayFromDb(row.effectiveOn),
  state: row.state as ChangeState,
  about: row.about as AccountId[],
  units: row.units as UnitId[],
  seats: Seats.parse(row.seats),
  agreements: row.agreements.map(({ seat, byId, byName, at }) => ({ seat, by: byId as AccountId, byName, at })),
  why: row.why,
  letter:
    row.letterNumber === null || row.letterDate === null
      ? null
      : { number: row.letterNumber, date: dayFromDb(row.letterDate) },
  asked: { by: row.askedBy, byName: row.askedName, at: row.askedAt },
  ended: row.endedAt === null ? null : { byName: row.endedName ?? '', at: row.endedAt, outcome: row.outcome },
})

export async function insert(db: Db, change: Omit<Change, 'agreements'>, sealed: string | null): Promise<void> {
  await db.scheduledChange.create({
    data: {
      id: change.id,
      subjectKind: change.subject.kind,
      subjectId: change.subject.id,
      command: change.command,
      sealed,
      effectiveOn: dayToDb(change.on),
      state: change.state,
      about: [...change.about],
      units: [...change.units],
      seats: [...change.seats],
      why: change.why,
      letterNumber: change.letter?.number ?? null,
      letterDate: change.letter === null ? null : dayToDb(change.letter.date),
      askedBy: change.asked.by,
      askedName: change.asked.byName,
      askedAt: change.asked.at,
      endedName: change.ended?.byName ?? null,
      endedAt: change.ended?.at ?? null,
    },
  })
}

export const agree = (db: Db, changeId: string, seat: number, by: AccountId, byName: string, at: Date) =>
  db.changeAgreement.create({ data: { changeId, seat, byId: by, byName, at } })

export const setState = (db: Db, id: string, state: ChangeState) =>
  db.scheduledChange.update({ where: { id }, data: { state } })

/** Ends a change; what was sealed for it is forgotten. */
export const end = (
  db: Db,
  id: string,
  how: { state: ChangeState; byName: string; at: Date; outcome: string | null },
) =>
  db.scheduledChange.update({
    where: { id },
    data: { state: how.state, endedName: how.byName, endedAt: how.at, outcome: how.outcome, sealed: null },
  })

/** The change with its row locked, and what was sealed with it; null when there is none. */
export async function lock(db: Db, id: string): Promise<{ change: Change; sealed: string | null } | null> {
  const rows = await db.$queryRaw<unknown[]>`SELECT 1 FROM scheduled_change WHERE id = ${id}::uuid FOR UPDATE`
  if (rows.length === 0) return null
  const row = await db.scheduledChange.findUniqueOrThrow({ where: { id }, include: withAgreements })
  return { change: changeOf(row), sealed: row.sealed }
}

/** A change whose day has come, locked, that nobody else has in hand and that is not to be skipped; the oldest day first. */
export async function claimDue(db: Db, today: Day, skip: readonly string[]): Promise<string | null> {
  const [row] = await db.$queryRaw<{ id: string }[]>`
    SELECT id::text AS id FROM scheduled_change WHERE state = 'waiting' AND effective_on <= ${dayToDb(today)}::date
      AND NOT id = ANY (${skip}::uuid[])
    ORDER BY effective_on, asked_at, id LIMIT 1 FOR UPDATE SKIP LOCKED`
  return row?.id ?? null
}

export async function find(db: Db, id: string): Promise<Change | null> {
  const row = await db.scheduledChange.findUnique({ where: { id }, include: withAgreements })
  return row && changeOf(row)
}

/** All of a subject, the newest first. */
export async function ofSubject(db: Db, subject: ChangeSubject, limit: number): Promise<Change[]> {
  const rows = await db.scheduledChange.findMany({
    where: { subjectKind: subject.kind, subjectId: subject.id },
    orderBy: [{ askedAt: 'desc' }, { id: 'asc' }],
    take: limit,
    include: withAgreements,
  })
  return rows.map(changeOf)
}

const openIn = (state: 'proposed' | 'waiting', within: readonly UnitId[] | null): Prisma.ScheduledChangeWhereInput => ({
  state,
  ...(within === null ? {} : { units: { hasSome: [...within] } }),
})

/** Where a change stands among the open ones: the instant or day that orders them, then its identifier. */
export type ChangePlace = { readonly at: string; readonly id: string }

/** The open changes about units: those that wait for agreement by age, those that wait for their day by day. */
export async function open(
  db: Db,
  state: 'proposed' | 'waiting',
  within: readonly UnitId[] | null,
  page: { limit: number; offset: number; after?: ChangePlace | null },
): Promise<Change[]> {
  const by = state === 'waiting' ? 'effectiveOn' : 'askedAt'
  const { after = null } = page
  const at = after && new Date(after.at)
  const onwards = at && { OR: [{ [by]: { gt: at } }, { [by]: at, id: { gt: after.id } }] }
  const rows = await db.scheduledChange.findMany({
    where: { ...openIn(state, within), ...onwards },
    orderBy: [{ [by]: 'asc' }, { id: 'asc' }],
    take: page.limit,
    skip: page.offset,
    include: withAgreements,
  })
  return rows.map(changeOf)
}

export const countOpen = (db: Db, state: 'proposed' | 'waiting', within: readonly UnitId[] | null): Promise<number> =>
  db.scheduledChange.count({ where: openIn(state, within) })

/** Changes of a type that wait for a day until this one, of which nobody was told; the soonest first. */
export async function untold(db: Db, type: string, until: Day, limit: number): Promise<Change[]> {
  const rows = await db.scheduledChange.findMany({
    where: {
      state: 'waiting',
      toldAt: null,
      effectiveOn: { lte: dayToDb(until) },
      command: { path: ['type'], equals: type },
    },
    orderBy: [{ effectiveOn: 'asc' }, { id: 'asc' }],
    take: limit,
    include: withAgreements,
  })
  return rows.map(changeOf)
}
/** Notes that they were told; false when somebody else has done so, or the change waits no more. */
export async function noteTold(db: Db, id: string, at: Date): Promise<boolean> {
  const { count } = await db.scheduledChange.updateMany({
    where: { id, state: 'waiting', toldAt: null },
    data: { toldAt: at },
  })
  return count === 1
}

/** Whether an open change of one of these types about the subject exists. */
export async function hasOpen(db: Db, subject: ChangeSubject, types: readonly string[]): Promise<boolean> {
  const [row] = await db.$queryRaw<unknown[]>`
    SELECT 1 FROM scheduled_change WHERE subject_kind = ${subject.kind} AND subject_id = ${subject.id}::uuid
      AND state IN ('proposed', 'waiting') AND command->>'type' = ANY (${types}) LIMIT 1`
  return row !== undefined
}
