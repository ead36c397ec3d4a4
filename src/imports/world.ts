import type { BulkAddresses } from '../addresses/bulk.ts'
import type { Subject } from '../addresses/naming.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Clock } from '../kernel/clock.ts'
import { dayOf } from '../kernel/day.ts'
import type { AccountId, PersonId, UnitId } from '../kernel/ids.ts'
import type { World } from './difference.ts'
import type { Facts } from './plan/facts.ts'
import type { PlannedRow } from './plan/item.ts'
import type { Patch } from './plan/patch.ts'
import { unitIndexOf } from './plan/spelling.ts'
import type { Seals } from './seals.ts'
import * as store from './store.ts'
import type { ImportRecord } from './store.ts'
import * as worldStore from './world-store.ts'

export type Memory = ReadonlyMap<string, { readonly personId: PersonId; readonly patch: Patch | null }>
export const senderOf = ({ unitId }: Pick<ImportRecord, 'unitId'>): string => unitId ?? ''

/** What a list is compared with, as it is now. */
export function worldsOf(deps: {
  prisma: PrismaClient
  clock: Clock
  seals: Seals
  addresses: BulkAddresses
  subtree: (roots: readonly UnitId[]) => Promise<UnitId[]>
}) {
  const { prisma, clock, seals, addresses, subtree } = deps

  return {
    /** What people decided about equal rows of earlier lists. */
    async memory(prints: readonly (string | null)[]): Promise<Memory> {
      const asked = distinct(prints)
      if (asked.length === 0) return new Map()
      const rows = await worldStore.remembered(prisma, asked)
      return new Map(
        rows.map(({ print, personId, patch }) => [
          print,
          { personId, patch: patch === null ? null : { ...seals.patch.open(patch), person: null } },
        ]),
      )
    },

    async read(
      record: ImportRecord,
      rows: readonly Facts[],
      memory: Memory,
      absentPatches: ReadonlyMap<AccountId, Patch>,
    ): Promise<{ world: World; units: worldStore.Units }> {
      const today = dayOf(clock())
      const given = rows.flatMap((row) => (row.given?.kind === 'good' ? [row.given.local] : []))
      const rosterUnits = record.mode === 'roster' && record.unitId !== null ? await subtree([record.unitId]) : []
      const [units, spellings, people, taken] = await Promise.all([
        worldStore.units(prisma, today),
        store.spellings(prisma, senderOf(record)),
        worldStore.people(
          prisma,
          {
            hashes: distinct(rows.map(({ hash }) => hash)),
            folds: distinct(rows.map((row) => row.fold || null)),
            persons: distinct([
              ...[...memory.values()].map(({ personId }) => personId),
              ...rows.map(({ patch }) => (patch.person === 'new' ? null : patch.person)),
            ]),
            units: rosterUnits,
          },
          today,
        ),
        worldStore.holders(prisma, distinct(given), clock()),
      ])
      const index = unitIndexOf(units.known, units.successors)
      const answers = new Map<string, ReturnType<World['unitOf']>>()
      const inRoster = new Set(rosterUnits)
      const world: World = {
        byHash: new Map(people.flatMap((each) => (each.hash === null ? [] : [[each.hash, each] as const]))),
        byFold: Map.groupBy(people, (each) => each.fold),
        byId: new Map(people.map((each) => [each.personId, each])),
        remembered: new Map([...memory].map(([print, { personId }]) => [print, personId])),
        unitOf(spelling) {
          const known = answers.get(spelling.key)
          if (known !== undefined) return known
          const said = spellings.get(spelling.key)
          const answer =
            said !== undefined && index.has(said) ? { kind: 'sure' as const, unitId: said } : index.resolve(spelling)
          answers.set(spelling.key, answer)
          return answer
        },
        taken,
        unitOfAll: record.unitId,
        roster:
          record.mode === 'roster'
            ? {
                units: inRoster,
                people: people.filter((each) => each.unitId !== null && inRoster.has(each.unitId)),
                patches: absentPatches,
              }
            : null,
        by: record.byAccount as AccountId | null,
      }
      return { world, units }
    },

    /** New people get the addresses that the policy gives them, one after the other, unless the file gave them one. */
    async allotted(rows: PlannedRow[], units: worldStore.Units): Promise<PlannedRow[]> {
      const wanting: number[] = []
      const subjects: Subject[] = []
      const spoken = new Set<string>()
      rows.forEach(({ item, outcome }, n) => {
        if (item?.type !== 'create') return
        if (item.local !== null) {
          if (outcome !== 'skipped') spoken.add(item.local)
          return
        }
        const unit = item.unitId === null ? null : (units.named.get(item.unitId) ?? null)
        wanting.push(n)
        subjects.push({ kind: 'person', name: item.name, unit })
      })
      if (wanting.length === 0) return rows
      const found = await addresses.allot(subjects, spoken)
      wanting.forEach((n, at) => {
        const row = rows[n]
        const allotment = found[at]
        if (row?.item?.type !== 'create' || !allotment) return
        rows[n] = { ...row, item: { ...row.item, local: allotment.candidate.local, why: allotment.reason } }
      })
      return rows
    },
  }
}

const distinct = <T>(values: readonly (T | null)[]): T[] => [...new Set(values.filter((value) => value !== null))]
