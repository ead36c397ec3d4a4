import type { Tokens } from '../access/tokens.ts'
import type { Addresses } from '../addresses/addresses.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import type { Clock } from '../kernel/clock.ts'
import { dayOf } from '../kernel/day.ts'
import type { UnitId } from '../kernel/ids.ts'
import type { Secrets } from '../kernel/secrets.ts'
import type { Letters } from '../letters/letters.ts'
import type { MailStore } from '../mail/mail.ts'
import type { Sync } from '../provisioning/sync.ts'
import type { Units } from '../units/units.ts'
import { SECRET } from './account.ts'
import { activationsOf } from './activations.ts'
import { changesOf } from './changes.ts'
import { dueOf } from './due.ts'
import { enactingOf } from './enacting.ts'
import { holdersOf } from './holders.ts'
import { movingOf } from './moving.ts'
import { issuingOf } from './issuing.ts'
import type { LifePolicies } from './life-policies.ts'
import { accountsIn } from './life-store.ts'
import type { AccountState } from './life.ts'
import type { Quotas } from './quotas.ts'
import { readingOf } from './reading.ts'
import { takingOf } from './taking.ts'
import * as wanted from './wanted-store.ts'

export type { Activation, Slip } from './activations.ts'
export type { NewName, NewPosition } from './changes.ts'
export type { NewAccount, NewShared } from './issuing.ts'
export type { AccountsFilter, AccountsPage } from './reading.ts'
export { AddressLost } from './issuing.ts'
export type Accounts = ReturnType<typeof accountsOf>

/** Those of which the targets show anything. */
const THERE = { state: { notIn: ['deleted', 'tombstone'] } }

/** Accounts: what should exist. Every change of the wanted state grows the revision and makes the targets due. */
export function accountsOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  clock: Clock
  secrets: Secrets
  addresses: Addresses
  tokens: Tokens
  letters: Letters
  sync: Sync
  units: Units
  mail: Pick<MailStore, 'usage' | 'lastSignIns' | 'capabilities'>
  life: LifePolicies
  domain: string
  quotas: Pick<Quotas, 'ofNew'>
}) {
  const { prisma, clock, secrets, life, domain } = deps
  const due = dueOf(deps)
  const holders = holdersOf({ ...deps, due })
  const activations = activationsOf({ ...deps, due })
  const changes = changesOf({ ...deps, due })

  return {
    ...readingOf(deps),
    ...activations,
    ...issuingOf({ ...deps, holders }),
    ...changes,
    ...takingOf({ ...deps, due }),
    ...movingOf({ ...deps, due, holders, changePosition: changes.changePosition }),
    ...enactingOf({ ...deps, due, holders, offerLinks: activations.offerLinks }),
    setHolders: holders.setHolders,

    /** Makes everything that shows this unit due: its group, and its people's entries. */
    async unitChanged(tx: Tx, unit: UnitId): Promise<void> {
      const people = await tx.db.account.findMany({ where: { ...THERE, unitId: unit }, select: { id: true } })
      await due.accounts(
        tx,
        people.map((each) => each.id),
      )
      await due.groups(tx, [unit])
    },

    /** Makes every account due: what they show has changed for all alike. */
    async allChanged(tx: Tx): Promise<void> {
      const everybody = await tx.db.account.findMany({ where: THERE, select: { id: true } })
      await due.accounts(
        tx,
        everybody.map(({ id }) => id),
      )
    },

    /** Makes the accounts in these states due: what follows from their state has changed. */
    statesChanged: async (tx: Tx, states: readonly AccountState[]): Promise<void> => {
      await due.accounts(tx, await accountsIn(tx.db, states))
    },

    /** For provisioning: what the targets should show now. */
    wanted: {
      accounts: async (ids: readonly string[]) => {
        const { policy } = await life.present()
        return wanted.wanted(prisma, ids, dayOf(clock()), domain, (sealed) => secrets.open(sealed, SECRET), policy)
      },
      groups: (ids: readonly string[]) => wanted.wantedGroups(prisma, ids, dayOf(clock())),
    },
  }
}
