import { jobActor, type Actor } from '../access/policy.ts'
import type { Addresses } from '../addresses/addresses.ts'
import type { Tx } from '../db/transaction.ts'
import { addDays, dayOf } from '../kernel/day.ts'
import { refuse, type Decision } from '../kernel/decision.ts'
import { EmailAddress } from '../kernel/email-address.ts'
import type { AccountId } from '../kernel/ids.ts'
import type { Letters } from '../letters/letters.ts'
import type { NoteKept } from '../provisioning/keeping.ts'
import type { Grounds } from '../scheduled/change.ts'
import type { Due } from './due.ts'
import type { Holders } from './holders.ts'
import { EVENT_OF } from './life-acts.ts'
import type { LifePolicies } from './life-policies.ts'
import type { LifePolicy } from './life-policy.ts'
import * as lives from './life-store.ts'
import {
  decideLife,
  serves,
  switches,
  type LeavingCause,
  type Life,
  type LifeCommand,
  type LifeRefusal,
} from './life.ts'
import * as store from './store.ts'

/** Something that happens to an account's life; `early` when two people let its keeping end before its term. */
export type Happening = { readonly id: AccountId; readonly command: LifeCommand; readonly early?: boolean }
/** Why it happens, and who asked where that is not who makes it happen. */
export type Because = Partial<Grounds> & {
  readonly askedBy?: string
  /** Whoever comes back gets no link now. */
  readonly quiet?: boolean
}
export type EnactRefusal = LifeRefusal | { kind: 'unknown-account' } | { kind: 'last-it-staff' }
export type Enacting = ReturnType<typeof enactingOf>

type Enacted = {
  readonly account: store.Held
  readonly command: LifeCommand
  readonly before: Life
  readonly after: Life
}

/**
 * What follows when something happens to accounts, in the caller's transaction: their wanted state, history and audit, roles
 * and holdings that end, sessions that are cut on Congvu's pages at once and at the mail server with the revision that says so.
 */
export function enactingOf(deps: {
  addresses: Addresses
  due: Due
  holders: Holders
  letters: Letters
  life: LifePolicies
  /** Sends the way in to those who have come back without a password. */
  offerLinks: (tx: Tx, accounts: readonly store.Held[]) => Promise<void>
  domain: string
}) {
  const { addresses, due, holders, letters, life, offerLinks, domain } = deps

  /** Decides each under its lock; answers in the order asked. What is refused is left as it is. */
  async function enact(
    tx: Tx,
    by: Pick<Actor, 'id' | 'name'>,
    happenings: readonly Happening[],
    because: Because = {},
  ): Promise<Decision<Life, EnactRefusal>[]> {
    const today = dayOf(tx.at)
    const { policy } = await life.present(tx)
    const ids = happenings.map(({ id }) => id)
    const locked = new Map((await store.lockAll(tx.db, ids)).map((each) => [each.id, each]))
    const present = await lives.livesOf(tx.db, ids, today)
    const enacted: Enacted[] = []
    const decisions = happenings.map(({ id, command, early = false }): Decision<Life, EnactRefusal> => {
      const [account, before] = [locked.get(id), present.get(id)]
      if (!account || !before) return refuse({ kind: 'unknown-account' })
      const decision = decideLife(before, command, policy, today, early)
      if (decision.ok) enacted.push({ account, command, before, after: decision.value })
      return decision
    })
    const out = enacted.filter(({ before, after }) => mayEnter(before) && !mayEnter(after))
    if (out.length > 0 && (await isLastStaff(tx, out, today)))
      return decisions.map((decision) => (decision.ok ? refuse({ kind: 'last-it-staff' }) : decision))
    if (enacted.length > 0) await follow(tx, by, enacted, because, policy)
    return decisions
  }

  const mayEnter = ({ state }: Life): boolean => state === 'active' || state === 'on-leave'
  async function isLastStaff(tx: Tx, out: readonly Enacted[], today: ReturnType<typeof dayOf>): Promise<boolean> {
    const ids = out.map(({ account }) => account.id)
    const roles = await Promise.all(ids.map((id) => lives.rolesOf(tx.db, id, today)))
    return roles.some((held) => held.includes('it-staff')) && (await lives.otherStaff(tx.db, ids, today)) === 0
  }

  async function follow(
    tx: Tx,
    by: Pick<Actor, 'id' | 'name'>,
    enacted: readonly Enacted[],
    because: Because,
    policy: LifePolicy,
  ): Promise<void> {
    const today = dayOf(tx.at)
    const ids = (some: readonly Enacted[]) => some.map(({ account }) => account.id)
    const of = (is: (each: Enacted) => boolean) => enacted.filter(is)
    const on = (one: Life) => switches(one.state, one.hasPassword, policy)
    const shut = of(({ before, after }) => !on(after).signIn && (on(before).signIn || !serves(after.state)))
    const left = of(({ before, after }) => serves(before.state) && !serves(after.state))
    const back = of(({ before, after }) => !serves(before.state) && serves(after.state))

    await lives.save(
      tx.db,
      enacted.map((each) => ({
        ...each.after,
        id: each.account.id,
        archive: each.command.type === 'archive' || each.command.type === 'take-back',
        restore: each.command.type === 'recover' && each.before.state === 'deleted',
        endsSessions: shut.includes(each),
      })),
    )
    const why = { ...(because.why !== undefined && { why: because.why }), letter: because.letter ?? null }
    await store.events(
      tx.db,
      tx.at,
      enacted.map(({ account, command, after }) => ({
        ...{ id: account.id, kind: EVENT_OF[command.type], byName: by.name },
        detail: {
          ...{ ...why, until: after.until, ...(because.askedBy !== undefined && { askedBy: because.askedBy }) },
          ...(command.type === 'leave' && { cause: command.cause }),
          ...('reply' in command && { reply: after.reply }),
        },
      })),
    )
    for (const { account, command, before, after } of enacted)
      tx.audit(by, `account.${EVENT_OF[command.type]}`, `account:${account.id}`, {
        ...{ from: before.state, to: after.state, until: after.until, ...why },
        ...('reply' in command && { reply: after.reply }),
      })

    if (shut.length > 0) await lives.endSessions(tx.db, ids(shut))
    if (left.length > 0) await leave(tx, by, left)
    if (back.length > 0) await lives.reopenPosts(tx.db, ids(back), today)
    await offerLinks(
      tx,
      back
        .filter(({ after }) => after.state === 'awaiting-activation' && because.quiet !== true)
        .map(({ account }) => account),
    )
    const buried = of(({ after }) => after.state === 'tombstone')
    for (const { account } of buried) await addresses.bury(tx, account.id)
    const units = new Set([...left, ...back].map(({ account }) => account.unitId))
    await due.groups(tx, [...units])
    await due.accounts(tx, ids(of(({ command }) => !QUIET.includes(command.type))))
    for (const each of of(({ command }) => command.type === 'leave')) await postLeaving(tx, each, because, policy)
  }

  /** Roles, posts, holdings and one-time links of those who serve no more. */
  async function leave(tx: Tx, by: Pick<Actor, 'id' | 'name'>, left: readonly Enacted[]): Promise<void> {
    const today = dayOf(tx.at)
    const ids = left.map(({ account }) => account.id)
    for (const { accountId, role, unitId } of await lives.endRoles(tx.db, ids, today)) {
      await store.event(tx.db, accountId, tx.at, 'role-revoked', by.name, role)
      tx.audit(by, 'role.revoked', `account:${accountId}`, { role, unit: unitId })
    }
    await lives.endPosts(tx.db, ids, today)
    await lives.endLinks(tx.db, ids)
    for (const { account, command } of left)
      await holders.endAll(tx, by, [account.id], command.type === 'leave' ? command.successor : null)
  }

  /** What will happen when, to whoever leaves; nothing to the dead. */
  async function postLeaving(
    tx: Tx,
    { account, command, after }: Enacted,
    { letter }: Because,
    policy: LifePolicy,
  ): Promise<void> {
    if (command.type !== 'leave' || UNTOLD.includes(command.cause) || account.kind !== 'person' || after.until === null)
      return
    const address = EmailAddress.parse(`${account.local}@${domain}`)
    await letters.post(tx, {
      to: account.contactEmail ?? address,
      language: account.language,
      template: 'leaving',
      about: `account:${account.id}`,
      params: {
        ...{ name: account.displayName, address, on: after.since, until: after.until, letter: letter ?? null },
        deleted: addDays(after.until, policy.archivedDays),
      },
    })
  }

  /** For provisioning: notes what was archived, brought back and thrown away. */
  const kept: NoteKept = async (tx, { archived, restored, discarded }) => {
    await store.lockAll(
      tx.db,
      [...archived, ...restored, ...discarded].map(({ id }) => id),
    )
    const by = jobActor('provisioning')
    const note = async (
      some: readonly { id: string; no: number; messages?: number }[],
      kind: 'archive-verified' | 'restored' | 'archive-discarded',
    ) => {
      await store.events(
        tx.db,
        tx.at,
        some.map(({ id, messages }) => ({ id, kind, byName: '', detail: messages === undefined ? {} : { messages } })),
      )
      for (const { id, ...facts } of some) tx.audit(by, `account.${kind}`, `account:${id}`, facts)
    }
    if (archived.length > 0) await lives.noteArchived(tx.db, archived, tx.at)
    if (restored.length > 0) await lives.noteRestored(tx.db, restored, tx.at)
    if (discarded.length > 0) await lives.noteDiscarded(tx.db, discarded, tx.at)
    await note(archived, 'archive-verified')
    await note(restored, 'restored')
    await note(discarded, 'archive-discarded')
  }

  return { enact, kept }
}

/** Whoever died is told nothing, and whose records are merged of that instead. */
const UNTOLD: readonly LeavingCause[] = ['died', 'merged']

/** What changes nothing that a target shows. */
const QUIET: readonly LifeCommand['type'][] = ['hold', 'release-hold', 'keep-until']
