import type pg from 'pg'
import type { Permit } from '../access/policy.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { Brakes } from '../brake/brakes.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction } from '../db/transaction.ts'
import type { DirectorySurvey } from '../directory/survey.ts'
import { days, later, type Clock } from '../kernel/clock.ts'
import { dayOf } from '../kernel/day.ts'
import { TargetFault } from '../kernel/fault.ts'
import type { UnitId } from '../kernel/ids.ts'
import type { Letters } from '../letters/letters.ts'
import type { MailStore } from '../mail/mail.ts'
import type { MailSurvey } from '../mail/survey.ts'
import type { Wanted } from '../provisioning/wanted.ts'
import type { SubjectKind } from '../provisioning/ledger.ts'
import type { Pauses } from '../provisioning/pauses.ts'
import type { Sync } from '../provisioning/sync.ts'
import type { AttributePolicies } from './attributes.ts'
import { explainerOf } from './explaining.ts'
import type { Finding, Run } from './finding.ts'
import { gathererOf } from './gather.ts'
import { plansOf } from './plans.ts'
import { runsOf } from './runs.ts'
import * as runStore from './run-store.ts'
import * as store from './store.ts'
import { verifierOf } from './verify.ts'

export type Reconcile = ReturnType<typeof reconcileOf>

/** Which findings: of units with all below them, of one run, or of all that are not gone. */
export type FindingFilter = Omit<store.FindingFilter, 'units' | 'run'> & {
  readonly unit: UnitId | null
  readonly run: Run | null
}

/** How long findings that are gone, and runs, are kept. */
const KEPT_DAYS = 400
/** Entries removed in one go. */
const REMOVED = 50

/** What should exist against what does: runs, findings, and what is done about them. */
export function reconcileOf(deps: {
  prisma: PrismaClient
  pool: pg.Pool
  transaction: Transaction
  clock: Clock
  directory: DirectorySurvey
  mailSurvey: MailSurvey
  mail: Pick<MailStore, 'occupied'>
  wanted: Wanted
  brakes: Brakes
  sync: Sync
  pauses: Pauses
  letters: Letters
  accounts: Pick<Accounts, 'setPhone' | 'getAhead' | 'changePosition' | 'setQuota'>
  domain: string
  attributes: AttributePolicies
  /** Units with all below them. */
  subtree: (roots: readonly UnitId[]) => Promise<UnitId[]>
}) {
  const { prisma, transaction, clock, directory, pauses } = deps
  const gatherer = gathererOf({ ...deps, sql: deps.pool })
  const verify = verifierOf({ ...deps, sql: deps.pool })
  const plans = plansOf(deps)
  const today = () => dayOf(clock())

  async function stored({ unit, run, ...filter }: FindingFilter): Promise<store.FindingFilter> {
    const below = async (id: UnitId) => new Set(await deps.subtree([id]))
    const [chosen, compared] = await Promise.all([
      unit === null ? null : below(unit),
      run?.scope.kind === 'unit' ? below(run.scope.id) : null,
    ])
    const units = chosen && compared ? chosen.intersection(compared) : (chosen ?? compared)
    return {
      ...{ ...filter, units: units && [...units] },
      run: run && { number: run.number, subject: run.scope.kind === 'account' ? run.scope.id : null },
    }
  }

  /** One entry that nobody knows, removed as two people decided; one that changed since is left, and said so. */
  async function removeOne(finding: Finding): Promise<void> {
    const trouble = await tryRemoving(finding).catch((error: unknown) => {
      if (error instanceof TargetFault) return error.fault.kind === 'unreachable' ? null : error.fault.detail
      throw error
    })
    if (trouble === null) return
    await transaction(async (tx) => {
      if (trouble === 'gone') await store.setGone(tx.db, [finding.id], tx.at)
      else await store.setTrouble(tx.db, finding.id, trouble)
      tx.audit({ id: 'job:reconcile', name: 'reconcile' }, 'reconcile.removed', `finding:${finding.id}`, {
        ...{ dn: finding.dn, outcome: trouble },
      })
    })
  }

  /** `gone`, what stands in the way, or null to try again later. */
  async function tryRemoving(finding: Finding): Promise<string | null> {
    if (finding.remoteId === null) return 'no-identifier'
    const [entry] = await directory.look([], [finding.remoteId])
    if (!entry) return 'gone'
    const still =
      finding.subject === null ? await verify.strangers([entry]) : await verify.subjects([finding.subject.id], false)
    const findings = 'found' in still ? still.found : still
    const same = findings.find((one) => one.remoteId === finding.remoteId && one.kind === finding.kind)
    if (!same || same.dn !== finding.dn) return 'changed-meanwhile'
    await directory.removeEntry({ dn: entry.dn, remoteId: finding.remoteId })
    return 'gone'
  }

  return {
    runs: runsOf({ ...deps, gatherer, readBack: (tx, by, run) => plans.readBack(tx, by, run) }),
    plans,
    /** Why an account's entry has the values that it has; null for what has no entry. */
    explain: explainerOf(deps),

    /** A page of findings, the newest first. */
    async findings(
      _permit: Permit<'reconcile.read'>,
      filter: FindingFilter,
      page: { limit: number; offset: number },
    ): Promise<{ findings: Finding[]; total: number }> {
      return store.findings(prisma, await stored(filter), today(), page)
    },

    /** The same from one on, the latest first; one more than `limit` tells that there are more. */
    async findingsAfter(
      _permit: Permit<'reconcile.read'>,
      filter: FindingFilter,
      page: { after: { at: Date; id: string } | null; limit: number },
    ): Promise<Finding[]> {
      return store.findingsAfter(prisma, await stored(filter), today(), page)
    },

    /** The identifiers of all of them that are not gone. */
    async matching(_permit: Permit<'reconcile.read'>, filter: FindingFilter): Promise<string[]> {
      return store.findingIds(prisma, await stored(filter), today())
    },

    /** How many are open now, of each kind. */
    open: (_permit: Permit<'reconcile.read'>) => store.openCounts(prisma, today()),

    /** Gone ones too. */
    finding: (_permit: Permit<'reconcile.read'>, id: string): Promise<Finding | null> => store.findFinding(prisma, id),

    /** What was found about one account or group and is not gone. */
    about: (_permit: Permit<'reconcile.read'>, kind: SubjectKind, id: string): Promise<Finding[]> =>
      store.findingsOf(prisma, kind, id),

    /** Removes the entries that two people decided to remove; answers how many were looked at. */
    async remove(_permit: Permit<'system.tidy'>): Promise<number> {
      if ((await pauses.present()).some(({ target }) => target === 'directory')) return 0
      const due = await store.removals(prisma, REMOVED)
      for (const finding of due) await removeOne(finding)
      return due.length
    },

    forgetOld: (_permit: Permit<'system.tidy'>): Promise<void> =>
      transaction((tx) => runStore.forgetOld(tx.db, later(tx.at, -days(KEPT_DAYS)))),
  }
}
