import { unitIds, type Permit } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import { addDays, dayOf } from '../kernel/day.ts'
import { EmailAddress } from '../kernel/email-address.ts'
import type { UnitId } from '../kernel/ids.ts'
import type { Letters } from '../letters/letters.ts'
import type { MailStore } from '../mail/mail.ts'
import type { Enacting } from './enacting.ts'
import { idleStep, IDLE_STAGES, isSilent, type IdleStage } from './idle.ts'
import * as idle from './idle-store.ts'
import type { LifePolicies } from './life-policies.ts'
import * as store from './store.ts'

export type { IdleAccount, IdlePlace } from './idle-store.ts'
/** What a look at the sign-ins led to; `why` nothing did: the mail server does not know them, or what it says is no fact. */
export type Idled = {
  readonly read: number
  readonly warned: number
  readonly locked: number
  readonly why: 'not-known' | 'silent' | null
}

const PAGE = 50
const BATCH = 500

/** Accounts that nobody uses: their last sign-ins are read at the mail server; people are warned, then locked by policy. */
export function idlingOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  clock: Clock
  life: LifePolicies
  enacting: Pick<Enacting, 'enact'>
  letters: Letters
  mail: Pick<MailStore, 'capabilities' | 'lastSignIns'>
  /** How many accounts may be locked in one day without two people looking at it. */
  atMost: () => Promise<number>
  domain: string
}) {
  const { prisma, transaction, clock, life, enacting, letters, mail, atMost, domain } = deps

  /** Asks the mail server about these, and notes what it says. */
  async function read(accounts: readonly { id: string; login: string }[]): Promise<void> {
    const found = await mail.lastSignIns(accounts.map(({ login }) => login))
    const known = accounts.flatMap(({ id, login }) => {
      const at = found.get(login)
      return at === undefined ? [] : [{ id, at }]
    })
    if (known.length > 0) await transaction((tx) => idle.noteSignIns(tx.db, known))
  }

  async function readAll(): Promise<number> {
    let total = 0
    for (let after: string | null = null; ;) {
      const accounts: { id: string; login: string }[] = await idle.readable(prisma, after, BATCH)
      if (accounts.length === 0) return total
      await read(accounts)
      total += accounts.length
      after = accounts.at(-1)?.id ?? null
    }
  }

  /** Warns one by one, each in a transaction of its own that looks once more. */
  async function warn(id: string, by: Permit<'life.run'>): Promise<number> {
    return transaction(async (tx) => {
      const today = dayOf(tx.at)
      const { policy } = await life.present(tx)
      const [account] = await store.lockAll(tx.db, [id])
      const [unused] = await idle.unusedSince(tx.db, addDays(today, -policy.idleWarnDays), [id])
      const step = unused ? idleStep(unused, policy, today) : null
      if (!account || !unused || step?.type !== 'warn') return 0
      const address = EmailAddress.parse(`${account.local}@${domain}`)
      await idle.noteWarned(tx.db, [id], tx.at)
      await store.events(tx.db, tx.at, [
        { id, kind: 'idle-warned', byName: by.actor.name, detail: { until: step.lockOn } },
      ])
      await letters.post(tx, {
        ...{ to: account.contactEmail ?? address, language: account.language, template: 'idle' },
        about: `account:${id}`,
        params: { name: account.displayName, address, since: unused.lastUsed, on: step.lockOn },
      })
      tx.audit(by.actor, 'account.idle-warned', `account:${id}`, { lastUsed: unused.lastUsed, lockOn: step.lockOn })
      return 1
    })
  }

  async function lock(id: string, by: Permit<'life.run'>): Promise<number> {
    return transaction(async (tx) => {
      const today = dayOf(tx.at)
      const { policy } = await life.present(tx)
      await store.lockAll(tx.db, [id])
      const [unused] = await idle.unusedSince(tx.db, addDays(today, -policy.idleWarnDays), [id])
      if (!unused || idleStep(unused, policy, today)?.type !== 'lock') return 0
      const [decision] = await enacting.enact(tx, by.actor, [{ id: unused.id, command: { type: 'lock-idle' } }])
      return decision?.ok ? 1 : 0
    })
  }

  const filterOf = async (
    permit: Permit<'account.read'>,
    stage: IdleStage,
    unit: UnitId | null,
  ): Promise<idle.IdleFilter> => ({
    ...{ stage, unit, within: unitIds(permit.units), on: dayOf(clock()) },
    policy: (await life.present()).policy,
  })

  return {
    /**
     * Reads the last sign-ins, warns whom the policy warns, and locks whom it locks: nobody unwarned, at most as many in a day as
     * the brake lets through in one plan, and each only after the mail server was asked once more. Throws TargetFault.
     */
    async follow(permit: Permit<'life.run'>): Promise<Idled> {
      const done = { read: 0, warned: 0, locked: 0 }
      if (!mail.capabilities.lastSignIn) return { ...done, why: 'not-known' }
      done.read = await readAll()
      const today = dayOf(clock())
      const newest = await idle.newestSignIn(prisma)
      if (isSilent(newest && dayOf(newest), today)) return { ...done, why: 'silent' }
      const { policy } = await life.present()
      const unused = await idle.unusedSince(prisma, addDays(today, -policy.idleWarnDays), null)
      const due = (type: 'warn' | 'lock') => unused.filter((account) => idleStep(account, policy, today)?.type === type)
      for (const { id } of due('warn')) done.warned += await warn(id, permit)
      const room = Math.max(0, (await atMost()) - (await idle.lockedOn(prisma, today)))
      const toLock = due('lock').slice(0, room)
      if (toLock.length > 0) await read(toLock)
      for (const { id } of toLock) done.locked += await lock(id, permit)
      return { ...done, why: null }
    },

    /** A page of unused accounts within the reader's scope, the longest unused first, and how many each stage holds. */
    async list(permit: Permit<'account.read'>, asked: { stage: IdleStage; unit?: UnitId | null; page?: number }) {
      const { stage, unit = null, page = 1 } = asked
      const filter = await filterOf(permit, stage, unit)
      const [accounts, ...counted] = await Promise.all([
        idle.list(prisma, filter, { limit: PAGE, offset: (page - 1) * PAGE }),
        ...IDLE_STAGES.map((each) => idle.count(prisma, { ...filter, stage: each })),
      ])
      const counts = Object.fromEntries(IDLE_STAGES.map((each, n) => [each, counted[n] ?? 0])) as Record<
        IdleStage,
        number
      >
      return { accounts, counts, total: counts[stage], page, pageSize: PAGE }
    },

    /** The same without counting, from a place on; `next` is where it goes on, null when no more follow. */
    async listAfter(
      permit: Permit<'account.read'>,
      asked: { stage: IdleStage; after: idle.IdlePlace | null; limit: number },
    ): Promise<{ accounts: idle.IdleAccount[]; next: idle.IdlePlace | null }> {
      const { stage, after, limit } = asked
      const filter = await filterOf(permit, stage, null)
      const found = await idle.list(prisma, filter, { limit: limit + 1, offset: 0, after })
      const accounts = found.slice(0, limit)
      const last = accounts.at(-1)
      const next = last && found.length > limit ? { lastUsed: last.lastUsed, id: last.id } : null
      return { accounts, next }
    },

    /** Whether the mail server knows sign-ins at all. */
    known: mail.capabilities.lastSignIn,
  }
}
