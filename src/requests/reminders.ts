import { unitIds, type Permit } from '../access/policy.ts'
import { isWorkingDay } from '../calendar/working-days.ts'
import type { Tx } from '../db/transaction.ts'
import { days, later } from '../kernel/clock.ts'
import { dayOf, dayToDb } from '../kernel/day.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { LetterParams } from '../letters/letter.ts'
import type { RequestsDeps } from './changes.ts'
import { isOwn } from './request.ts'
import { seatsOf, type Seat } from './seats.ts'
import * as store from './store.ts'
import { waitingTimes, type Timed, type WaitingTimes } from './waiting.ts'
import * as waitingStore from './waiting-store.ts'

/** Requests that a digest names; the others it counts. */
const NAMED = 30
/** How far back the waiting times look. */
const WEEKS = 12

export type UnitWaitingTimes = WaitingTimes & { readonly unitId: UnitId; readonly unitName: string }

type Digest = { readonly holder: waitingStore.Holder; readonly lines: Line[]; readonly above: Set<string> }
type Line = LetterParams['waiting']['lines'][number]

/** What reminds approvers of time: overdue requests passed on, the morning's digest, and how long requests wait. */
export function remindersOf(deps: RequestsDeps) {
  const { prisma, transaction, clock, letters, calendar, domain } = deps

  /** Who may decide about each request, and who is next; nobody decides about their own. */
  async function seating(db: Tx['db'], at: Date) {
    const on = dayOf(at)
    const held = await waitingStore.holders(db, on)
    const { parents, names } = await waitingStore.units(db, on)
    const bySeat = Map.groupBy(held, ({ unitId }) => unitId)
    const others = (unit: UnitId | null, row: waitingStore.WaitingRow) =>
      (bySeat.get(unit) ?? []).filter((holder) => !isOwn(row, { ...holder, address: `${holder.local}@${domain}` }))
    return {
      names,
      seats: (row: waitingStore.WaitingRow) => seatsOf(row.unitId, parents, (unit) => others(unit, row).length > 0),
      holders: (seat: Seat, row: waitingStore.WaitingRow) => others(seat.kind === 'unit' ? seat.unit : null, row),
    }
  }

  /** The letters of a morning, one for each who has something to do. */
  async function digests(tx: Tx): Promise<Digest[]> {
    const { names, seats, holders } = await seating(tx.db, tx.at)
    const found = new Map<AccountId, Digest>()
    for (const row of await waitingStore.waiting(tx.db)) {
      const { first, next } = seats(row)
      const overdue = row.dueAt < tx.at
      const line = { name: row.fullName, unit: names.get(row.unitId) ?? '', due: row.dueAt.toISOString(), overdue }
      const tell = (seat: Seat, passedOn: boolean, above: string) => {
        for (const holder of holders(seat, row)) {
          const digest = found.get(holder.accountId) ?? { holder, lines: [], above: new Set() }
          found.set(holder.accountId, digest)
          digest.lines.push({ ...line, passedOn })
          digest.above.add(above)
        }
      }
      const nextName = next?.kind === 'unit' ? `unit:${names.get(next.unit) ?? ''}` : (next?.kind ?? 'none')
      tell(first, false, nextName)
      if (overdue && next) tell(next, true, 'none')
    }
    return [...found.values()]
  }

  return {
    /**
     * Passes overdue requests on to the next administrator up, once each: noted in the history, nothing decided. Those that
     * IT staff hold already stay there. Answers how many were passed on.
     */
    async escalate(permit: Permit<'system.tidy'>): Promise<number> {
      const at = clock()
      const rows = await waitingStore.overdueHere(prisma, at)
      if (rows.length === 0) return 0
      const { names, seats } = await seating(prisma, at)
      let passed = 0
      for (const row of rows) {
        const { next } = seats(row)
        if (next === null) continue
        const to = next.kind === 'unit' ? next.unit : null
        const done = await transaction(async (tx) => {
          if (!(await waitingStore.passOn(tx.db, row.id, tx.at, to))) return false
          await store.event(tx.db, row.id, tx.at, 'escalated', null, to === null ? null : (names.get(to) ?? null))
          tx.audit(permit.actor, 'request.escalated', `request:${row.id}`, to === null ? {} : { unit: to })
          return true
        })
        if (done) passed++
      }
      return passed
    },

    /**
     * Writes the digest of this day to everybody for whom something waits: all letters or none, once a day whoever asks how
     * often, and never on a day off. Answers the number of letters; null when there was nothing to write.
     */
    sendDigests: (_permit: Permit<'system.tidy'>): Promise<number | null> =>
      transaction(
        async (tx) => {
          const day = dayOf(tx.at)
          if (!isWorkingDay(day, await calendar.load(tx))) return null
          // A second worker waits here for the first one's end, and then finds the day taken.
          const row = { day: dayToDb(day), sentAt: tx.at, letters: 0 }
          const { count } = await tx.db.digest.createMany({ data: [row], skipDuplicates: true })
          if (count === 0) return null
          const written = await digests(tx)
          for (const { holder, lines, above } of written)
            await letters.post(tx, {
              to: `${holder.local}@${domain}`,
              language: holder.language,
              template: 'waiting',
              params: {
                name: holder.name,
                waiting: lines.length,
                overdue: lines.filter(({ overdue }) => overdue).length,
                lines: lines.slice(0, NAMED),
                more: Math.max(0, lines.length - NAMED),
                above: aboveOf(above),
              },
            })
          await tx.db.digest.update({ where: { day: row.day }, data: { letters: written.length } })
          return written.length
        },
        { timeoutMs: 120_000 },
      ),

    /** How long requests wait: in all and by unit, within the reader's scope; the most overdue units first. */
    async waitingTimes(
      permit: Permit<'request.read'>,
    ): Promise<{ all: WaitingTimes; units: UnitWaitingTimes[]; weeks: number }> {
      const at = clock()
      const rows = await waitingStore.timed(prisma, unitIds(permit.units), later(at, -days(7 * WEEKS)))
      const [listed, { names }] = await Promise.all([calendar.load(), waitingStore.units(prisma, dayOf(at))])
      const times = (of: readonly Timed[]) => waitingTimes(of, at, listed)
      const units = [...Map.groupBy(rows, ({ unitId }) => unitId)].map(([unitId, of]) => ({
        unitId,
        unitName: names.get(unitId) ?? '',
        ...times(of),
      }))
      units.sort((a, b) => b.overdue - a.overdue || b.waiting - a.waiting || a.unitName.localeCompare(b.unitName, 'vi'))
      return { all: times(rows), units, weeks: WEEKS }
    },
  }
}

/** Where overdue requests of a digest go, in one word where it is the same for all. */
function aboveOf(names: ReadonlySet<string>): LetterParams['waiting']['above'] {
  const [only, ...others] = [...names].filter((name) => name !== 'none')
  if (only === undefined) return { kind: 'none' }
  if (others.length > 0) return { kind: 'several' }
  return only === 'it-staff' ? { kind: 'it-staff' } : { kind: 'unit', name: only.slice('unit:'.length) }
}
