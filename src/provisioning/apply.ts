import type { Prisma, PrismaClient } from '../db/generated/client.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import type { Directory, DirectoryAccount, DirectoryGroup, DirectoryOutcome } from '../directory/directory.ts'
import type { Clock } from '../kernel/clock.ts'
import { TargetFault, type Fault } from '../kernel/fault.ts'
import type { Mailbox, MailStore } from '../mail/mail.ts'
import { keepingOf, type NoteKept, type WantedKeeping } from './keeping.ts'
import type { LedgerRow, Presence, Subject } from './ledger.ts'
import { applyMailboxes } from './mailboxes.ts'
import { gatherPassing, type Passing } from './passing.ts'
import { removalOf } from './removal.ts'
import {
  directoryResult,
  faultResult,
  groupGone,
  mailResult,
  missing,
  noSubject,
  removalResult,
  waitResult,
} from './results.ts'
import * as store from './store.ts'
import type { Result } from './store.ts'

export type WantedAccount = Omit<DirectoryAccount, 'kind' | 'mayCreate'> &
  Pick<Mailbox, 'access'> &
  WantedKeeping & {
    readonly presence: Presence
    /** Under a legal hold: nothing of it is deleted. */
    readonly held: boolean
    /** Logins that hold it no more, and whose sessions are to be ended. */
    readonly shutOut: readonly string[]
  }

/** A group; `gone` when the directory should have nothing of it any more. */
export type WantedGroup = DirectoryGroup & { readonly gone?: boolean }

/** What each subject should be now, as their own rooms tell it. */
export type Wanted = {
  accounts(ids: readonly string[]): Promise<WantedAccount[]>
  groups(ids: readonly string[]): Promise<WantedGroup[]>
}

/** What other rooms do, in the transaction that records it, when accounts have arrived. */
export type Arrived = (
  tx: Tx,
  accounts: readonly { id: string; revision: number; created: boolean; complete: boolean }[],
) => Promise<void>

/** Milliseconds until what waits for a paused target is looked at again. */
const PAUSED_MS = 30_000

/** How many subjects one piece of work claims. */
const BATCH = 500
/** How many accounts are removed in one piece of work. */
const REMOVALS = 50

/** Up to so many accounts go to the mail server at once; more wait until the directory has everybody. */
const FEW = 50

/**
 * What is due, in turns: whoever waits to be in the directory does not wait for other people's mailboxes, and a group that
 * many join is written once they are there, not with each batch of them.
 */
const TURNS = [
  { kind: 'account', target: 'directory' },
  { kind: 'group', target: 'directory' },
  { kind: 'account', target: 'mail' },
] as const satisfies readonly { kind: Subject['kind']; target: LedgerRow['target'] }[]

export type Provisioner = ReturnType<typeof provisionerOf>

/**
 * Makes it so. One piece of work claims due subjects, asks what is wanted of them now, lets each target's port write the
 * difference and read it back (directory before mail), and records the outcomes. It may be cut at any moment: nothing is
 * recorded that was not read back, and what was done but not recorded is found done the next time.
 */
export function provisionerOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  clock: Clock
  directory: Directory
  mail: MailStore
  wanted: Wanted
  arrived: Arrived
  /** Notes what was archived, brought back and thrown away. */
  kept: NoteKept
}) {
  const { prisma, transaction, clock, directory, mail, wanted, arrived } = deps
  const keeping = keepingOf({ mail, transaction, note: deps.kept })
  const remove = removalOf({ directory, mail, keeping })

  /**
   * Directory, then mail. What the directory has is recorded while the mail server is still at work: somebody may be
   * waiting to sign in.
   */
  async function applyAccounts(
    rows: readonly LedgerRow[],
    accounts: readonly WantedAccount[],
    passing: Passing,
  ): Promise<void> {
    const byId = Map.groupBy(rows, (row) => row.id)
    const row = (id: string, target: 'directory' | 'mail') => byId.get(id)?.find((each) => each.target === target)
    const isDue = (each: LedgerRow | undefined) =>
      each !== undefined && each.applied < each.wanted && each.nextAt <= clock()

    const due = accounts.filter((account) => isDue(row(account.id, 'directory')))
    const forDirectory = due.filter(({ id }) => !passing.waits.has(id))
    const isNew = (account: { id: string }) => row(account.id, 'directory')?.remoteId == null
    const attempts = (id: string, target: 'directory' | 'mail') => row(id, target)?.attempts ?? 0
    const { homes, fault } = await occupiedHomes(forDirectory.filter(isNew).map((account) => account.login))
    const asked = fault ? forDirectory.filter((account) => !isNew(account)) : forDirectory
    const outcomes = await directory.ensure(
      asked.map(({ access: _, shutOut: __, ...account }) => ({
        ...{ kind: 'account' as const, ...account, mayCreate: !homes.has(account.login) },
        ...placed(row(account.id, 'directory')),
        takesFrom: passing.takesFrom.get(account.id) ?? [],
      })),
    )
    const results: Result[] = due.flatMap(({ id }) => {
      const wait = passing.waits.get(id)
      return wait === undefined ? [] : [waitResult(id, 'directory', wait)]
    })
    const inDirectory = new Map<string, DirectoryOutcome>()
    asked.forEach((account, i) => {
      const { id, revision } = account
      const outcome = outcomes[i] ?? missing
      inDirectory.set(id, outcome)
      const tried = attempts(id, 'directory')
      results.push(directoryResult('account', id, revision, outcome, tried))
    })
    if (fault)
      for (const account of forDirectory.filter(isNew))
        results.push(faultResult('account', account.id, 'directory', fault, attempts(account.id, 'directory')))
    // The mail server reads the directory: an account comes here once the directory has it.
    const known = (id: string) => {
      const outcome = inDirectory.get(id)
      return outcome
        ? outcome.status !== 'fault' && outcome.status !== 'superseded'
        : (row(id, 'directory')?.applied ?? 0) > 0
    }
    const isCrowd = forDirectory.length > FEW
    const forMail = isCrowd ? [] : accounts.filter((account) => isDue(row(account.id, 'mail')))
    for (const account of forMail.filter((each) => !known(each.id))) {
      const first = results.find((result) => result.id === account.id && result.target === 'directory')
      results.push(waitResult(account.id, 'mail', first?.wait ?? 5_000))
    }

    const writtenTo = (target: 'directory' | 'mail', written: readonly Result[]) =>
      new Set(written.flatMap((result) => (result.target === target && result.applied !== null ? [result.id] : [])))
    const isIn = (
      written: ReadonlySet<string>,
      account: { id: string; revision: number },
      target: 'directory' | 'mail',
    ) => written.has(account.id) || (row(account.id, target)?.applied ?? 0) >= account.revision
    const written = writtenTo('directory', results)
    const atDirectory = accounts
      .filter((account) => inDirectory.has(account.id) && isIn(written, account, 'directory'))
      .map((account) => ({
        id: account.id,
        revision: account.revision,
        // What a killed worker made without recording it is found, not created, and is as new to its unit's group.
        // One that was moved is new to it as well, for a group names its members by where they are.
        created:
          isNew(account) ||
          inDirectory.get(account.id)?.status === 'created' ||
          hasMoved(inDirectory.get(account.id), row(account.id, 'directory')),
        complete: isIn(NONE, account, 'mail'),
      }))
    const recording = record(results, rows, atDirectory)
    // Heard below; until then a failure must not count as unheard.
    recording.catch(() => undefined)

    const boxes = forMail.filter((account) => known(account.id))
    const mailOutcomes = await applyMailboxes(mail, boxes)
    await recording
    const faults = await keep(boxes.filter((_, i) => mailOutcomes[i]?.status !== 'fault'))
    const atMail = boxes.map((account, i) => {
      const fault = faults.get(account.id)
      const outcome = fault ? { status: 'fault' as const, fault } : (mailOutcomes[i] ?? missing)
      return mailResult(account.id, account.revision, outcome, attempts(account.id, 'mail'))
    })
    const delivered = writtenTo('mail', atMail)
    const complete = boxes
      .filter((account) => isIn(delivered, account, 'mail'))
      .map((account) => {
        const ok = isIn(written, account, 'directory')
        return { id: account.id, revision: ok ? account.revision : 0, created: false, complete: ok }
      })
    await record(atMail, rows, complete)
  }

  /** Archives and brings back what should be; answers the faults, by account. */
  async function keep(accounts: readonly WantedAccount[]): Promise<ReadonlyMap<string, Fault>> {
    const restored = await keeping.restore(accounts)
    const archived = await keeping.archive(accounts.filter(({ presence }) => presence === 'archived'))
    return new Map([...restored, ...archived])
  }

  /** Accounts of which nothing should be left; a few at a time, for each is much work. */
  async function removeAccounts(
    rows: readonly LedgerRow[],
    accounts: readonly WantedAccount[],
    now: Date,
  ): Promise<void> {
    // It takes both targets: while one of them is paused, the other waits too.
    const paused = new Set((await store.pauses(prisma, now)).map(({ target }) => target))
    if (paused.size > 0) {
      const waiting = rows.filter((row) => accounts.some(({ id }) => id === row.id) && !paused.has(row.target))
      await record(
        waiting.map(({ id, target }) => waitResult(id, target, PAUSED_MS)),
        rows,
        [],
      )
      return
    }
    const some = accounts.slice(0, REMOVALS)
    const removed = await remove(some)
    const results = some.flatMap((account) => {
      const outcome = removed.get(account.id)
      return rows
        .filter((row) => row.id === account.id)
        .map((row): Result => removalResult(row, account.revision, outcome))
    })
    await record(results, rows, [])
  }

  /** The outcomes, and what other rooms do about what has arrived, in one transaction. */
  async function record(
    results: readonly Result[],
    claimed: readonly LedgerRow[],
    arrivals: Parameters<Arrived>[1],
  ): Promise<void> {
    if (results.length === 0) return
    await transaction(async (tx) => {
      // Accounts are locked before their ledger, as everywhere.
      if (arrivals.length > 0) await arrived(tx, arrivals)
      await store.record(tx.db, results, claimed, tx.at)
    })
  }

  /** Homes that exist already, or the fault that keeps us from knowing: then no new entry is made. */
  async function occupiedHomes(
    logins: readonly string[],
  ): Promise<{ homes: ReadonlySet<string>; fault: Fault | null }> {
    const none = new Set<string>()
    if (logins.length === 0) return { homes: none, fault: null }
    try {
      return { homes: await mail.occupied(logins), fault: null }
    } catch (error) {
      if (!(error instanceof TargetFault)) throw error
      return { homes: none, fault: { ...error.fault, detail: `mail store: ${error.fault.detail}` } }
    }
  }

  async function applyGroups(rows: readonly LedgerRow[]): Promise<Result[]> {
    const found = await wanted.groups(rows.map((row) => row.id))
    const byId = new Map(rows.map((row) => [row.id, row]))
    const groups = found.filter(({ gone }) => gone !== true)
    const ended = found.filter(({ gone }) => gone === true)
    const outcomes = await directory.ensure(
      groups.map(({ gone: _, ...group }) => ({ ...group, ...placed(byId.get(group.id)) })),
    )
    const removed = ended.length > 0 ? await directory.remove(ended.map(({ id, revision }) => ({ id, revision }))) : []
    const known = new Set(found.map((group) => group.id))
    return [
      ...groups.map((group, i) => {
        const attempts = byId.get(group.id)?.attempts ?? 0
        return directoryResult('group', group.id, group.revision, outcomes[i] ?? missing, attempts)
      }),
      ...ended.flatMap(({ id, revision }, i) => groupGone(byId.get(id), revision, removed[i]) ?? []),
      ...rows
        .filter((row) => !known.has(row.id))
        .map((row) => faultResult('group', row.id, 'directory', noSubject, row.attempts)),
    ]
  }

  type Claims = Prisma.TransactionClient
  /** Rows of subjects that were claimed, of those that are due. */
  async function dueRows(claims: Claims, subjects: readonly Subject[], now: Date): Promise<LedgerRow[]> {
    const rows = await store.claimedRows(claims, subjects, now)
    const due = new Set(rows.filter((row) => row.applied < row.wanted && row.nextAt <= now).map((row) => row.id))
    return rows.filter((row) => due.has(row.id))
  }

  async function nextTurn(claims: Claims): Promise<Subject[]> {
    for (const { kind, target } of TURNS) {
      const subjects = await store.claim(claims, kind, target, clock(), BATCH)
      if (subjects.length > 0) return subjects
    }
    return []
  }

  async function writeGroups(groups: readonly LedgerRow[]): Promise<void> {
    if (groups.length === 0) return
    const results = await applyGroups(groups)
    await transaction((tx) => store.record(tx.db, results, groups, tx.at))
  }

  /** One batch; answers how many subjects were claimed. */
  async function runOnce(): Promise<number> {
    return prisma.$transaction(
      async (claims) => {
        const subjects = await nextTurn(claims)
        if (subjects.length === 0) return 0
        const now = clock()
        const rows = await dueRows(claims, subjects, now)
        await writeGroups(rows.filter(({ kind }) => kind === 'group'))
        const own = rows.filter(({ kind }) => kind === 'account')
        const ids = [...new Set(own.map((row) => row.id))]
        const known = ids.length > 0 ? await wanted.accounts(ids) : []
        const passing = await gatherPassing(claims, ids, now, async (more) => {
          known.push(...(await wanted.accounts(more)))
        })
        const joined = passing.joined.map((id) => ({ kind: 'account' as const, id }))
        const accounts = [...own, ...(joined.length > 0 ? await dueRows(claims, joined, now) : [])]
        const present = known.filter(({ presence }) => presence !== 'absent')
        if (present.length > 0) await applyAccounts(accounts, present, passing)
        const lost = accounts.filter((row) => !known.some(({ id }) => id === row.id))
        await record(
          lost.map((row) => faultResult('account', row.id, row.target, noSubject, row.attempts)),
          lost,
          [],
        )
        const absent = known.filter(({ presence }) => presence === 'absent')
        if (absent.length > 0) {
          // So that no group names an entry that is gone.
          const groups = await store.claim(claims, 'group', 'directory', clock(), BATCH)
          await writeGroups(await dueRows(claims, groups, clock()))
          await removeAccounts(accounts, absent, now)
        }
        return subjects.length
      },
      // Above any target's own deadline; the claim ends with it.
      { timeout: 110_000, maxWait: 20_000 },
    )
  }

  return {
    /**
     * Works until nothing is due, or until it is told to stop: then it finishes the piece in hand. Answers how many subjects were
     * claimed. Throws only when the database is away.
     */
    async run(stop?: AbortSignal): Promise<number> {
      let total = 0
      while (stop?.aborted !== true) {
        const claimed = await runOnce()
        if (claimed === 0) break
        total += claimed
      }
      return total
    },
  }
}

const NONE: ReadonlySet<string> = new Set()

/** What the ledger knows of an entry from before. */
const placed = (row: LedgerRow | undefined) => ({ remoteId: row?.remoteId ?? null, place: row?.putBack ?? null })

const hasMoved = (outcome: DirectoryOutcome | undefined, row: LedgerRow | undefined): boolean =>
  outcome !== undefined && 'remoteDn' in outcome && row?.remoteDn != null && outcome.remoteDn !== row.remoteDn
