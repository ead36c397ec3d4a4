import { z } from 'zod'
import { Prisma } from '../db/generated/client.ts'
import { dayFromDb, dayToDb } from '../kernel/day.ts'
import { IdentificationNumber, type Sex } from '../kernel/identification-number.ts'
import { AccountId, GroupId, type RequestId, type UnitId } from '../kernel/ids.ts'
import { LocalPart } from '../kernel/email-address.ts'
import { parsePersonName } from '../kernel/person-name.ts'
import { fold } from '../kernel/text.ts'
import { Basis, StepsTaken, waitingStep, type Course } from './course.ts'
import { asksAddress, OwnDetails, titleOf, type Details } from './ask.ts'
import type { Employment } from './details.ts'
import type { Identity, Request, RequestState, Vouched } from './request.ts'
import { IT_STAFF, type Seat } from './seats.ts'

type Db = Prisma.TransactionClient
export type RequestRow = Prisma.RequestGetPayload<object>
export type Seal = {
  seal(text: string, context: string): string
  open(sealed: string, context: string): string
  numberHash(text: string): string
}
const context = 'request.nin'

/** Locks the row until the end of the transaction and reads it; null when unknown. */
export async function lock(db: Db, seal: Seal, id: RequestId): Promise<Request | null> {
  await db.$queryRaw`SELECT 1 FROM request WHERE id = ${id}::uuid FOR UPDATE`
  const row = await db.request.findUnique({ where: { id }, include: { events: { orderBy: { id: 'desc' }, take: 1 } } })
  // What was purged is past every change.
  return row && row.purgedAt === null ? requestOf(row, seal, row.events[0]?.byName ?? '') : null
}

/** What came of it: accounts that were issued, a list that was made. */
export const Made = z.object({ accounts: z.array(AccountId), lists: z.array(GroupId) })
export type Made = z.infer<typeof Made>

export function detailsOf(row: RequestRow, seal: Seal): Details | null {
  if (row.kind !== 'person') return row.body === null ? null : OwnDetails.parse(opened(row.body, seal))
  if (!row.fullName || !row.unitId || !row.birthDate || !row.ninCipher || !row.position || !row.employment || !row.sex)
    return null
  const name = parsePersonName(row.fullName, row.given)
  if (!name.ok) return null
  return {
    kind: 'person',
    unitId: row.unitId as UnitId,
    name: name.value,
    birthDate: dayFromDb(row.birthDate),
    sex: row.sex as Sex,
    number: IdentificationNumber.parse(seal.open(row.ninCipher, context)),
    position: row.position,
    employment: row.employment as Employment,
    contractEnd: row.contractEnd === null ? null : dayFromDb(row.contractEnd),
    phone: row.phone,
  }
}

/** Under which holders several people's addresses are held. */
export async function tickets(db: Db, id: RequestId): Promise<string[]> {
  const row = await db.request.findUnique({ where: { id }, select: { body: true } })
  const { people = [] } = (row?.body ?? {}) as { people?: readonly { readonly ticket: string }[] }
  return people.map(({ ticket }) => ticket)
}

type Kept = { readonly [name: string]: unknown; people?: readonly { readonly number: string }[] }
/** Identification numbers are sealed where they are kept, and opened where they are read. */
const withNumbers = (body: Kept, change: (number: string) => string): Kept =>
  body.people === undefined
    ? body
    : { ...body, people: body.people.map((each) => ({ ...each, number: change(each.number) })) }
const opened = (body: Prisma.JsonValue, seal: Seal) => withNumbers(body as Kept, (number) => seal.open(number, context))
const sealed = (details: OwnDetails, seal: Seal) =>
  withNumbers(details, (number) => seal.seal(number, context)) as Prisma.InputJsonObject

/** A request as the pure core knows it. */
export function requestOf(row: RequestRow, seal: Seal, lastName: string): Request {
  const base = {
    id: row.id as RequestId,
    code: row.code,
    version: row.version,
    sendings: row.sendings,
    contactEmail: row.contactEmail,
    filedBy: row.filedBy as AccountId | null,
    ninHash: row.ninHash,
  }
  const state = row.state as RequestState
  const details = detailsOf(row, seal)
  const local = row.local === null ? null : LocalPart.parse(row.local)
  const at = row.decidedAt ?? row.createdAt
  if (state === 'draft') return { ...base, state, details, local, expiresAt: row.expiresAt ?? at }
  if (state === 'withdrawn' || state === 'expired') return { ...base, state, decidedAt: at }
  const notWhole = new Error(`Request ${row.id} is ${state} but not whole`)
  if (details === null || row.submittedAt === null || row.dueAt === null) throw notWhole
  const vouched = vouchedOf(row)
  const told = { ...base, details, submittedAt: row.submittedAt, dueAt: row.dueAt, course: courseOf(row), vouched }
  const decided = { decidedBy: row.decidedBy as AccountId | null, decidedByName: lastName, decidedAt: at }
  const asked = { ...told, local }
  if (local === null && state !== 'returned' && asksAddress(details)) throw notWhole
  switch (state) {
    case 'submitted':
      return { ...asked, state }
    case 'returned':
      return { ...asked, ...decided, state, comment: row.comment ?? '', expiresAt: row.expiresAt ?? at }
    case 'approved':
      return { ...asked, ...decided, state }
    case 'rejected':
      return { ...asked, ...decided, state, comment: row.comment ?? '' }
    default:
      return state satisfies never
  }
}

/** The steps of a request that was sent. */
export function courseOf(row: RequestRow): Course {
  const to: Seat = row.escalatedTo === null ? IT_STAFF : { kind: 'unit', unit: row.escalatedTo as UnitId }
  return {
    steps: StepsTaken.parse(row.steps),
    basis: Basis.parse(row.basis),
    level: row.level,
    upAt: row.upAt ?? row.dueAt ?? row.createdAt,
    passedUp: row.level > 0 && row.escalatedAt !== null ? { at: row.escalatedAt, to } : null,
  }
}

const vouchedOf = ({ identity, handOver }: RequestRow): Vouched | null =>
  identity === null ? null : { identity: identity as Identity, handOver: handOver === 'slip' ? 'slip' : 'link' }

/** Writes the request as it now is. */
export async function save(db: Db, seal: Seal, request: Request): Promise<void> {
  const details = 'details' in request ? request.details : null
  const local = 'local' in request ? request.local : null
  await db.request.update({
    where: { id: request.id },
    data: {
      state: request.state,
      version: request.version,
      sendings: request.sendings,
      ...(details ? columnsOf(details, local, request.code, seal) : {}),
      ...('course' in request
        ? { submittedAt: request.submittedAt, dueAt: request.dueAt, ...rowOf(request.course) }
        : {}),
      decidedAt: 'decidedAt' in request ? request.decidedAt : null,
      decidedBy: 'decidedBy' in request ? request.decidedBy : null,
      comment: 'comment' in request ? request.comment : null,
      identity: 'vouched' in request ? (request.vouched?.identity ?? null) : null,
      handOver: 'vouched' in request ? (request.vouched?.handOver ?? null) : null,
      expiresAt: 'expiresAt' in request ? request.expiresAt : null,
    },
  })
}

/** What a request is about, as its row keeps it; `fullName` is what lists call it by. */
function columnsOf(details: Details, local: LocalPart | null, code: string, seal: Seal) {
  const search = [fold(titleOf(details)), local ?? '', fold(code), code.toLowerCase()].join(' ')
  if (details.kind !== 'person')
    return {
      ...{ kind: details.kind, unitId: details.unitId, fullName: details.title, local, search },
      body: sealed(details, seal),
    }
  return {
    unitId: details.unitId,
    fullName: details.name.full,
    surname: details.name.surname,
    given: details.name.given,
    birthDate: dayToDb(details.birthDate),
    sex: details.sex,
    ninCipher: seal.seal(details.number, context),
    ninHash: seal.numberHash(details.number),
    position: details.position,
    employment: details.employment,
    contractEnd: details.contractEnd === null ? null : dayToDb(details.contractEnd),
    phone: details.phone,
    ...{ local, search },
  }
}

function rowOf({ steps, basis, level, upAt, passedUp }: Course) {
  return {
    ...{ steps: JSON.parse(JSON.stringify(steps)) as Prisma.InputJsonArray, basis, level, upAt },
    step: waitingStep({ steps })?.index ?? steps.length,
    escalatedAt: passedUp?.at ?? null,
    escalatedTo: passedUp?.to.kind === 'unit' ? passedUp.to.unit : null,
  }
}

export type Event = {
  readonly kind: string
  readonly byName: string | null
  readonly forName?: string | null
  readonly note?: string | null
}
export async function event(db: Db, requestId: RequestId, at: Date, event: Event): Promise<void> {
  await db.requestEvent.create({ data: { requestId, at, ...event } })
}

/** People of the same folded name who have an account. */
export const namesakes = (
  db: Db,
  name: string,
): Promise<{ fullName: string; login: string; unitId: string; local: string }[]> =>
  db.$queryRaw`
    SELECT p.full_name AS "fullName", a.login, a.unit_id::text AS "unitId", ad.local
    FROM person p JOIN account a ON a.person_id = p.id
    JOIN address ad ON ad.holder_kind = 'account' AND ad.holder_id = a.id AND ad.role = 'primary' AND ad.state = 'live'
    WHERE p.fold = ${fold(name)} AND p.merged_into IS NULL ORDER BY a.number LIMIT 5`

/** Drafts and returned requests whose time is over. */
export const expired = (db: Db, at: Date): Promise<{ id: string }[]> =>
  db.$queryRaw`SELECT id::text FROM request WHERE state IN ('draft', 'returned') AND expires_at < ${at} ORDER BY expires_at LIMIT 500`
