import { unitIds, type Permit } from '../access/policy.ts'
import { isWorkingDay } from '../calendar/working-days.ts'
import type { Tx } from '../db/transaction.ts'
import { days, later } from '../kernel/clock.ts'
import { dayOf, dayToDb } from '../kernel/day.ts'
import type { AccountId, UnitId } from '../kernel/ids.ts'
import type { LetterParams } from '../letters/letter.ts'
import type { Changes, RequestsDeps } from './changes.ts'
import { standing } from './eyes.ts'
import { ableAt, ladderFor, type OrganisationMember } from './organisation.ts'
import * as seats from './seating-store.ts'
import * as store from './store.ts'
import { seatName, type SeatName } from './waits.ts'
import { waitingTimes, type Timed, type WaitingTimes } from './waiting.ts'
import * as waitingStore from './waiting-store.ts'

/** Requests that a digest names; the others it counts. */
const NAMED = 30
/** How far back the waiting times look. */
const WEEKS = 12

export type UnitWaitingTimes = WaitingTimes & { readonly unitId: UnitId; readonly unitName: string }

type Digest = { readonly to: OrganisationMember; readonly lines: Line[]; readonly above: Map<string, SeatName> }
type Line = LetterParams['waiting']['lines'][number]

/** What reminds approvers of time: overdue requests passed up, the morning's digest, and how long requests wait. */
export function remindersOf(deps: RequestsDeps, { apply, dueFrom, seating }: Changes) {
  const { prisma, transaction, clock, secrets, letters, calendar } = deps

  /** The letters of a morning, one for each who has something to do. */
  async function digests(tx: Tx): Promise<Digest[]> {
    const organisation = await seating.everywhere(tx)
    const found = new Map<AccountId, Digest>()
    for (const row of await seats.waiting(tx.db)) {
      const ladder = ladderFor(row, organisation)
      const { level } = row.course
      const next = ladder.seats[level + 1]
      const overdue = row.dueAt < tx.at
      const about = { name: row.fullName, unit: organisation.names.get(row.unitId) ?? '', due: row.dueAt.toISOString() }
      for (const [index, seat] of ladder.seats.slice(0, level + 1).entries())
        for (const member of ableAt(row, seat, organisation)) {
          const digest = found.get(member.accountId) ?? { to: member, lines: [], above: new Map<string, SeatName>() }
          found.set(member.accountId, digest)
          const as = standing(row, member, [seat])
          digest.lines.push({
            ...about,
            overdue,
            passedOn: index > 0,
            ...(as.ok && as.value.for ? { for: as.value.for.name } : {}),
          })
          if (next !== undefined) digest.above.set(JSON.stringify(next), seatName(next, organisation))
        }
    }
    return [...found.values()]
  }

  return {
    /**
     * Passes what was not answered in time up to the next seat, and again each time that the step's working days have gone by:
     * noted in the history, nothing decided. IT staff's stays there. Answers how many were passed up.
     */
    async escalate(permit: Permit<'system.tidy'>): Promise<number> {
      let passed = 0
      for (const { id, unitId } of await seats.passingUp(prisma, clock()))
        await transaction(async (tx) => {
          const request = await store.lock(tx.db, secrets, id)
          if (request?.state !== 'submitted') return
          const around = await seating.around(tx, unitId)
          const ladder = ladderFor({ ...request, unitId }, around.organisation)
          const due = await dueFrom(tx)
          const decision = await apply(tx, request, { type: 'pass-up', ladder, due, at: tx.at }, around)
          if (!decision.ok || !('course' in decision.value) || decision.value.course.passedUp === null) return
          const { to } = decision.value.course.passedUp
          const name = seatName(to, around.organisation)
          const note = name.kind === 'unit' ? name.name : null
          await store.event(tx.db, id, tx.at, { kind: 'escalated', byName: null, note })
          tx.audit(permit.actor, 'request.escalated', `request:${id}`, to.kind === 'unit' ? { unit: to.unit } : {})
          passed++
        })
      return passed
    },

    /** Works out anew where everything waits; see `seating.reseat`. */
    reseat: (_permit: Permit<'system.tidy'>): Promise<number> => transaction((tx) => seating.reseat(tx)),

    /** The same, in the transaction of somebody who has changed who may decide. */
    seatsChanged: async (tx: Tx): Promise<void> => {
      await seating.reseat(tx)
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
          for (const { to, lines, above } of written)
            await letters.post(tx, {
              to: to.address,
              language: to.language,
              template: 'waiting',
              params: {
                name: to.name,
                waiting: lines.length,
                overdue: lines.filter(({ overdue }) => overdue).length,
                lines: lines.slice(0, NAMED),
                more: Math.max(0, lines.length - NAMED),
                above: aboveOf([...above.values()]),
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
      const [listed, names] = await Promise.all([calendar.load(), waitingStore.unitNames(prisma, dayOf(at))])
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

/** Where what is not answered goes from here, in one word where it is the same for all. */
function aboveOf([only, ...others]: readonly SeatName[]): LetterParams['waiting']['above'] {
  if (only === undefined) return { kind: 'none' }
  return others.length > 0 ? { kind: 'several' } : only
}
