import { jobActor } from '../access/policy.ts'
import type { BulkAddresses } from '../addresses/bulk.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Tx } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { Secrets } from '../kernel/secrets.ts'
import { difference, type World } from './difference.ts'
import { bytesOfLines, lineOf } from './plan.ts'
import type { Facts, FactsContext } from './plan/facts.ts'
import type { Outcome, PlannedRow } from './plan/item.ts'
import type { Patch } from './plan/patch.ts'
import { groupOf } from './plan/reason.ts'
import type { RowWrite } from './rows-store.ts'
import type { Seals } from './seals.ts'
import * as store from './store.ts'
import type { ImportRecord } from './store.ts'
import { worldsOf, type Memory } from './world.ts'

export type Deciding = ReturnType<typeof decidingOf>
/** What every row of a list is to become; after the list's own rows, in a roster, everybody missing. */
export type Decided = { readonly rows: readonly PlannedRow[]; readonly world: World }

/** Compares a list with what is known, and says what would be done; nothing is kept here. */
export function decidingOf(deps: {
  prisma: PrismaClient
  clock: Clock
  secrets: Pick<Secrets, 'numberHash'>
  seals: Seals
  addresses: BulkAddresses
  subtree: (roots: readonly UnitId[]) => Promise<UnitId[]>
  domain: string
}) {
  const { prisma, secrets, domain } = deps
  const worlds = worldsOf(deps)

  return {
    memory: (prints: readonly (string | null)[]): Promise<Memory> => worlds.memory(prints),

    async contextOf(record: ImportRecord): Promise<FactsContext> {
      const others = await prisma.domain.findMany({ select: { name: true } })
      return {
        today: record.choices.today,
        domains: new Set([domain, ...others.map(({ name }) => name)]),
        hash: secrets.numberHash,
        spellings: new Map(),
      }
    },

    async decide(
      record: ImportRecord,
      facts: readonly Facts[],
      memory: Memory,
      absentPatches: ReadonlyMap<AccountId, Patch>,
    ): Promise<Decided> {
      const { world, units } = await worlds.read(record, facts, memory, absentPatches)
      await breathe()
      const planned = difference(facts, world)
      await breathe()
      return { rows: await worlds.allotted(planned, units), world }
    },
  }
}

/** Others in the process get their turn. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Decided rows as they are kept: their plans as lines, and what is looked for; `facts` are those of the list's rows. */
export function written(
  rows: readonly PlannedRow[],
  facts: readonly (Facts | undefined)[],
  world: World,
): { lines: string[]; bytes: Uint8Array; writes: RowWrite[] } {
  const lines = rows.map((row) => lineOf(row.outcome, row))
  const { bytes, digests } = bytesOfLines(lines)
  return { lines, bytes, writes: rows.map((row, n) => writeOf(row, digests[n] ?? '', facts[n], world)) }
}

function writeOf({ seq, outcome, reasons, item }: PlannedRow, digest: string, facts: Facts | undefined, world: World) {
  const known = item !== null && 'personId' in item ? world.byId.get(item.personId) : undefined
  const local = item?.type === 'create' ? item.local : (known?.local ?? null)
  const write: RowWrite = {
    ...{ seq, outcome, digest },
    groups: reasons.length === 0 ? [] : [...new Set(reasons.map(groupOf))],
    unitId: known?.unitId ?? (item?.type === 'create' ? item.unitId : null),
    personId: known?.personId ?? null,
    accountId: known?.accountId ?? null,
    search: `${facts?.fold ?? known?.fold ?? ''} ${local ?? ''} ${facts?.number ?? ''}`.trim(),
    spelling: facts?.spelling?.key ?? null,
  }
  return write
}

/** Notes that a plan is there to be looked at, under its hash. */
export async function present(
  tx: Tx,
  record: ImportRecord,
  rows: readonly PlannedRow[],
  more: { hash: string; rowsRead?: number },
): Promise<void> {
  await store.update(tx.db, record.id, { state: 'preview', plannedAt: tx.at, ...more })
  const counts = new Map<Outcome, number>()
  for (const { outcome } of rows) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  const count = (outcome: Outcome) => counts.get(outcome) ?? 0
  tx.audit(jobActor('imports'), 'import.planned', `import:${record.id}`, {
    ...{ create: count('create'), change: count('change'), transfer: count('transfer'), suspend: count('suspend') },
    review: count('review') + count('refused'),
  })
}
