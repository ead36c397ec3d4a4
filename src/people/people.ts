import type { Permit, PersonActor } from '../access/policy.ts'
import type { Merging } from '../accounts/merging.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import { dayOf } from '../kernel/day.ts'
import { refuse, type Decision } from '../kernel/decision.ts'
import type { IdentificationNumber } from '../kernel/identification-number.ts'
import type { PersonId } from '../kernel/ids.ts'
import type { Secrets } from '../kernel/secrets.ts'
import type { ChangeState, Grounds } from '../scheduled/change.ts'
import type { Scheduled } from '../scheduled/scheduled.ts'
import { carryingOf, type PersonActRefusal } from './carrying.ts'
import { numbersOf } from './numbers.ts'
import { PERSON_ACTS, type PersonCommand, type WhoseNumber } from './person.ts'
import { readingOf } from './reading.ts'

export type { PersonActRefusal } from './carrying.ts'
export type People = ReturnType<typeof peopleOf>

/** The places of those who agree: two of IT staff, of whom whoever asks is one. */
const TWO = [{ kind: 'it-staff' }, { kind: 'it-staff' }] as const

/** The records of people: who is who, where a number is wrong, and where one person was recorded twice. */
export function peopleOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  clock: Clock
  secrets: Secrets
  merging: Merging
  scheduled: Pick<Scheduled<PersonActRefusal>, 'ask' | 'hasOpen' | 'ofSubject' | 'sealedOf'>
  domain: string
}) {
  const { transaction, scheduled, merging } = deps
  const numbers = numbersOf(deps.secrets)
  const { fits, carry } = carryingOf({ numbers, merging })

  async function ask(
    permit: Permit<'person.change'>,
    id: PersonId,
    wish: PersonCommand,
    grounds: Grounds,
    number: string | null = null,
  ): Promise<Decision<{ id: string; state: ChangeState }, PersonActRefusal>> {
    return transaction(async (tx) => {
      const fit = await fits(tx, id, wish, number)
      if (!fit.ok) return fit
      const { command, sealed, held } = fit.value
      const about = held.flatMap(({ accountId }) => (accountId === null ? [] : [accountId]))
      // Permits for it are given to people only.
      if (about.includes((permit.actor as PersonActor).accountId)) return refuse({ kind: 'own-record' })
      for (const each of held)
        if (await scheduled.hasOpen(tx, { kind: 'person', id: each.id }, PERSON_ACTS))
          return refuse({ kind: 'already-asked' })
      const units = [...new Set(held.flatMap(({ unitId }) => (unitId === null ? [] : [unitId])))]
      return scheduled.ask(tx, permit, {
        ...{ subject: { kind: 'person', id }, command, on: dayOf(tx.at), ...grounds },
        ...{ about, units, seats: [...TWO] },
        ...(sealed !== null && { sealed }),
      })
    })
  }

  return {
    ...readingOf({ ...deps, numbers }),
    carry,

    /**
     * Asks for another number, which a second one of IT staff agrees to; it lies sealed till then. Refused: unknown-person,
     * own-record, merged-before, number-unchanged, number-of-another, already-asked.
     */
    askNumber: (permit: Permit<'person.change'>, id: PersonId, number: IdentificationNumber, grounds: Grounds) =>
      ask(permit, id, { type: 'correct-number', ends: numbers.endsOf(number) }, grounds, numbers.seal(number)),

    /**
     * Asks that `other` become part of this record, whose account goes on. `number` says whose is right where they differ.
     * Refused: unknown-person, own-record, same-record, merged-before, number-to-choose, already-asked.
     */
    askMerge: (
      permit: Permit<'person.change'>,
      id: PersonId,
      other: PersonId,
      number: WhoseNumber | null,
      grounds: Grounds,
    ) => ask(permit, id, { type: 'merge-people', other, number }, grounds),
  }
}
