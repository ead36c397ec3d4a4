import type { Actor } from '../access/policy.ts'
import type { MergeRefusal, Merging } from '../accounts/merging.ts'
import type { Tx } from '../db/transaction.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { PersonId } from '../kernel/ids.ts'
import type { Change } from '../scheduled/change.ts'
import type { Carry } from '../scheduled/scheduled.ts'
import type { Numbers } from './numbers.ts'
import { decideMerge, decideNumber, PersonCommand, type PersonRefusal, type WhoseNumber } from './person.ts'
import * as store from './store.ts'

export type PersonActRefusal = PersonRefusal | MergeRefusal | { kind: 'already-asked' }

/** What was agreed about records is done: a number corrected, two records of one person merged. */
export function carryingOf({ numbers, merging }: { numbers: Numbers; merging: Merging }) {
  type Fit = { readonly command: PersonCommand; readonly sealed: string | null; readonly held: readonly store.Held[] }

  /** Whether it can be done as things are now, with the records locked. */
  async function fits(
    tx: Tx,
    id: PersonId,
    command: PersonCommand,
    sealed: string | null,
  ): Promise<Decision<Fit, PersonRefusal>> {
    const ids = command.type === 'merge-people' ? [id, command.other] : [id]
    const locked = await store.lock(tx.db, ids)
    const person = locked.get(id)
    if (!person) return refuse({ kind: 'unknown-person' })
    switch (command.type) {
      case 'correct-number': {
        if (sealed === null) return refuse({ kind: 'unknown-person' })
        const hash = numbers.hash(numbers.open(sealed))
        await store.lockNumber(tx.db, hash)
        const decision = decideNumber(person, hash, await store.holderOf(tx.db, hash))
        return decision.ok ? accept({ command, sealed, held: [person] }) : decision
      }
      case 'merge-people': {
        const other = locked.get(command.other)
        if (!other) return refuse({ kind: 'unknown-person' })
        const decision = decideMerge(person, other, command.number)
        if (!decision.ok) return decision
        return accept({ command: { ...command, number: decision.value }, sealed: null, held: [person, other] })
      }
      default:
        return command satisfies never
    }
  }

  async function correct(
    tx: Tx,
    by: Actor,
    person: store.Held,
    sealed: string,
    because: { why: string; change: Change },
  ) {
    const number = numbers.open(sealed)
    if (person.ninCipher !== null && person.ninHash !== null)
      await store.keepNumber(
        tx.db,
        person.id,
        { cipher: person.ninCipher, hash: person.ninHash },
        { until: tx.at, byName: by.name, why: because.why },
      )
    await store.setNumber(tx.db, person.id, { cipher: numbers.seal(number), hash: numbers.hash(number) })
    const before = person.ninCipher === null ? null : numbers.ends(person.ninCipher)
    await merging.noteNumber(
      tx,
      by,
      person.accountId,
      { before, after: numbers.endsOf(number) },
      becauseOf(because.change, by),
    )
    tx.audit(by, 'person.number-corrected', `person:${person.id}`, {
      change: because.change.id,
      before,
      after: numbers.endsOf(number),
    })
  }

  async function merge(
    tx: Tx,
    by: Actor,
    [kept, other]: readonly [store.Held, store.Held],
    number: WhoseNumber | null,
    change: Change,
  ): Promise<Decision<null, PersonActRefusal>> {
    const numberOf = (of: store.Held) =>
      of.ninCipher === null || of.ninHash === null ? null : { cipher: of.ninCipher, hash: of.ninHash }
    const [mine, theirs] = [numberOf(kept), numberOf(other)]
    const wrong = number === 'kept' ? theirs : number === 'other' ? mine : null
    const how = { until: tx.at, byName: by.name, why: change.why }
    if (wrong !== null) await store.keepNumber(tx.db, kept.id, wrong, how)
    // The other first: a number is of one record at a time.
    await store.setNumber(tx.db, other.id, null)
    if (number === 'other') await store.setNumber(tx.db, kept.id, theirs)
    await store.mergeInto(tx.db, other.id, kept.id, tx.at)
    tx.audit(by, 'person.merged', `person:${kept.id}`, { other: other.id, change: change.id, number })
    if (other.accountId === null || kept.accountId === null) return accept(null)
    return merging.merge(tx, by, { kept: kept.accountId, other: other.accountId }, becauseOf(change, by))
  }

  /** For scheduled changes: what was asked and agreed to, done now, as things are now. */
  const carry: Carry<PersonActRefusal> = async (tx, change, by, asked) => {
    const fit = await fits(tx, change.subject.id as PersonId, PersonCommand.parse(change.command), asked)
    if (!fit.ok) return fit
    const { command, sealed, held } = fit.value
    const [person, other] = held
    if (!person) return refuse({ kind: 'unknown-person' })
    if (command.type === 'correct-number') {
      if (sealed !== null) await correct(tx, by, person, sealed, { why: change.why, change })
      return accept(null)
    }
    return other ? merge(tx, by, [person, other], command.number, change) : refuse({ kind: 'unknown-person' })
  }

  return { fits, carry }
}

const becauseOf = ({ why, letter, asked }: Change, by: Actor) => ({
  ...{ why, letter },
  ...(asked.byName !== by.name && { askedBy: asked.byName }),
})
