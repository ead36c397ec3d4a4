import type { Directory, DirectoryOutcome } from '../directory/directory.ts'
import type { Clock } from '../kernel/clock.ts'
import { TargetFault, type Fault } from '../kernel/fault.ts'
import type { MailStore } from '../mail/mail.ts'
import type { Keeping } from './keeping.ts'
import { placed, type LedgerRow } from './ledger.ts'
import { applyMailboxes } from './mailboxes.ts'
import type { Passing } from './passing.ts'
import { directoryResult, faultResult, mailResult, missing, waitResult } from './results.ts'
import type { Result } from './store.ts'
import type { Arrived, WantedAccount } from './wanted.ts'

/** Up to so many accounts go to the mail server at once; more wait until the directory has everybody. */
const FEW = 50

/** Writes the outcomes into the ledger, and has other rooms do what they do about those that have arrived. */
export type RecordResults = (
  results: readonly Result[],
  claimed: readonly LedgerRow[],
  arrivals: Parameters<Arrived>[1],
) => Promise<void>

/** Makes claimed accounts so that should be there. */
export function accountsOf(deps: {
  clock: Clock
  directory: Directory
  mail: MailStore
  keeping: Keeping
  record: RecordResults
}) {
  const { clock, directory, mail, keeping, record } = deps

  /** Archives and brings back what should be; answers the faults, by account. */
  async function keep(accounts: readonly WantedAccount[]): Promise<ReadonlyMap<string, Fault>> {
    const restored = await keeping.restore(accounts)
    const archived = await keeping.archive(accounts.filter(({ presence }) => presence === 'archived'))
    return new Map([...restored, ...archived])
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

  /**
   * Directory, then mail. What the directory has is recorded while the mail server is still at work: somebody may be
   * waiting to sign in.
   */
  return async function apply(
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
}

const NONE: ReadonlySet<string> = new Set()

const hasMoved = (outcome: DirectoryOutcome | undefined, row: LedgerRow | undefined): boolean =>
  outcome !== undefined && 'remoteDn' in outcome && row?.remoteDn != null && outcome.remoteDn !== row.remoteDn
