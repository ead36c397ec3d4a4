import type { Prisma, PrismaClient } from '../db/generated/client.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Directory } from '../directory/directory.ts'
import type { Clock } from '../kernel/clock.ts'
import type { MailStore } from '../mail/mail.ts'
import { accountsOf, type RecordResults } from './accounts.ts'
import { keepingOf, type NoteKept } from './keeping.ts'
import { placed, type LedgerRow, type Subject } from './ledger.ts'
import { gatherPassing } from './passing.ts'
import { removalOf } from './removal.ts'
import { directoryResult, faultResult, groupGone, missing, noSubject, removalResult, waitResult } from './results.ts'
import * as store from './store.ts'
import type { Result } from './store.ts'
import type { Arrived, Wanted, WantedAccount } from './wanted.ts'

/** Milliseconds until what waits for a paused target is looked at again. */
const PAUSED_MS = 30_000

/** How many subjects one piece of work claims. */
const BATCH = 500
/** How many accounts are removed in one piece of work. */
const REMOVALS = 50

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

  /** The outcomes, and what other rooms do about what has arrived, in one transaction. */
  const record: RecordResults = async (results, claimed, arrivals) => {
    if (results.length === 0) return
    await transaction(async (tx) => {
      // Accounts are locked before their ledger, as everywhere.
      if (arrivals.length > 0) await arrived(tx, arrivals)
      await store.record(tx.db, results, claimed, tx.at)
    })
  }
  const apply = accountsOf({ clock, directory, mail, keeping, record })

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
        if (present.length > 0) await apply(accounts, present, passing)
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
