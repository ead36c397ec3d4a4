import { Prisma } from '../db/generated/client.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import { Choices, type ImportId, type ImportState, type Mode } from './import.ts'
import { SheetMapping } from './reading/mapping.ts'
import type { FileRefusal } from './reading/refusal.ts'

type Db = Prisma.TransactionClient
export const NO_FAULT = Prisma.DbNull
type Row = Prisma.ImportGetPayload<object>

/** An import as it is kept, without its file and rows. */
export type ImportRecord = Omit<
  Row,
  'id' | 'state' | 'mode' | 'unitId' | 'choices' | 'askedBy' | 'handOver' | 'wish' | 'fault'
> & {
  readonly id: ImportId
  readonly state: ImportState
  readonly mode: Mode
  readonly unitId: UnitId | null
  readonly choices: Choices
  readonly askedBy: AccountId | null
  readonly handOver: 'link' | 'slip'
  readonly wish: 'pause' | 'cancel' | null
  /** Why it could not be read, or what must be said first. */
  readonly fault: FileRefusal | { readonly kind: 'trouble'; readonly detail: string } | null
}

const recordOf = (row: Row): ImportRecord => ({
  ...row,
  id: row.id as ImportId,
  state: row.state as ImportState,
  mode: row.mode as Mode,
  unitId: row.unitId as UnitId | null,
  choices: Choices.parse(row.choices),
  askedBy: row.askedBy as AccountId | null,
  handOver: row.handOver as 'link' | 'slip',
  wish: row.wish as ImportRecord['wish'],
  fault: row.fault as ImportRecord['fault'],
})

export async function find(db: Db, id: ImportId): Promise<ImportRecord | null> {
  const row = await db.import.findUnique({ where: { id } })
  return row && recordOf(row)
}

/** Locked for this transaction; the rows of an import are written under its lock only. */
export async function lock(db: Db, id: ImportId): Promise<ImportRecord | null> {
  await db.$queryRaw`SELECT 1 FROM import WHERE id = ${id}::uuid FOR UPDATE`
  return find(db, id)
}

/** The same, unless another worker has it. */
export async function lockUnlessBusy(db: Db, id: ImportId): Promise<ImportRecord | null> {
  const rows = await db.$queryRaw<unknown[]>`SELECT 1 FROM import WHERE id = ${id}::uuid FOR UPDATE SKIP LOCKED`
  return rows.length > 0 ? find(db, id) : null
}

export const update = async (db: Db, id: ImportId, data: Prisma.ImportUncheckedUpdateInput): Promise<ImportRecord> =>
  recordOf(await db.import.update({ where: { id }, data }))

export async function create(
  db: Db,
  data: Omit<Prisma.ImportUncheckedCreateInput, 'choices'> & { choices: Choices },
  sealedFile: Buffer,
): Promise<ImportRecord> {
  const row = await db.import.create({ data: { ...data, file: { create: { sealed: new Uint8Array(sealedFile) } } } })
  return recordOf(row)
}

export const fileOf = async (db: Db, id: ImportId): Promise<Uint8Array | null> =>
  (await db.importFile.findUnique({ where: { importId: id } }))?.sealed ?? null

/** What the worker has to do, oldest first. */
export async function due(db: Db): Promise<ImportId[]> {
  const rows = await db.$queryRaw<{ id: ImportId }[]>`
    SELECT id FROM import WHERE state IN ('uploaded', 'planning', 'running', 'weighing', 'undoing') ORDER BY created_at`
  return rows.map(({ id }) => id)
}

export async function list(
  db: Db,
  page: { limit: number; offset: number },
): Promise<{ imports: ImportRecord[]; total: number }> {
  const [rows, total] = await Promise.all([
    db.import.findMany({ orderBy: { number: 'desc' }, take: page.limit, skip: page.offset }),
    db.import.count(),
  ])
  return { imports: rows.map(recordOf), total }
}

/** The newest import that a file of the same content was carried out by; null when there is none. */
export async function sameFile(db: Db, hash: string, except: ImportId): Promise<ImportRecord | null> {
  const row = await db.import.findFirst({
    where: { fileHash: hash, startedAt: { not: null }, id: { not: except } },
    orderBy: { number: 'desc' },
  })
  return row && recordOf(row)
}

/** Imports whose file and rows are to be erased, since they ended before this instant. */
export async function stale(db: Db, before: Date): Promise<ImportId[]> {
  const rows = await db.import.findMany({
    where: {
      erasedAt: null,
      OR: [
        { endedAt: { lt: before } },
        { endedAt: null, createdAt: { lt: before }, state: { in: ['matching', 'preview', 'unreadable'] } },
      ],
    },
    select: { id: true },
  })
  return rows.map(({ id }) => id as ImportId)
}

/** Erases what a list says of people; that it was carried out, and on which accounts, stays. */
export async function erase(db: Db, id: ImportId, at: Date): Promise<void> {
  await db.importFile.deleteMany({ where: { importId: id } })
  await db.importChunk.deleteMany({ where: { importId: id } })
  await db.$executeRaw`
    UPDATE import_row SET patch = NULL, plan = NULL, before = NULL, spelling = NULL, search = ''
    WHERE import_id = ${id}::uuid`
  await db.import.update({ where: { id }, data: { erasedAt: at, found: null } })
}

// What is remembered of senders.

export async function mappings(db: Db, sender: string): Promise<ReadonlyMap<string, SheetMapping>> {
  const rows = await db.importMapping.findMany({ where: { sender } })
  return new Map(
    rows.flatMap(({ fingerprint, mapping }) => {
      const parsed = SheetMapping.safeParse(mapping)
      return parsed.success ? [[fingerprint, parsed.data] as const] : []
    }),
  )
}

export const rememberMapping = (
  db: Db,
  sender: string,
  fingerprint: string,
  mapping: SheetMapping,
  at: Date,
  byName: string,
): Promise<unknown> =>
  db.importMapping.upsert({
    where: { sender_fingerprint: { sender, fingerprint } },
    create: { sender, fingerprint, mapping, at, byName },
    update: { mapping, at, byName },
  })

export async function spellings(db: Db, sender: string): Promise<ReadonlyMap<string, UnitId>> {
  const rows = await db.importSpelling.findMany({ where: { sender } })
  return new Map(rows.map(({ spelling, unitId }) => [spelling, unitId as UnitId]))
}

export const rememberSpelling = (
  db: Db,
  sender: string,
  spelling: string,
  unitId: UnitId,
  at: Date,
  byName: string,
): Promise<unknown> =>
  db.importSpelling.upsert({
    where: { sender_spelling: { sender, spelling } },
    create: { sender, spelling, unitId, at, byName },
    update: { unitId, at, byName },
  })

export const forgetSpelling = (db: Db, sender: string, spelling: string): Promise<unknown> =>
  db.importSpelling.deleteMany({ where: { sender, spelling } })
