import type { Directory, DirectoryAccount } from '../directory/directory.ts'
import { TargetFault, type Fault } from '../kernel/fault.ts'
import type { MailStore } from '../mail/mail.ts'
import type { Keeping, WantedKeeping } from './keeping.ts'

/** An account of which the targets should have nothing any more. */
export type WantedAbsent = WantedKeeping &
  Omit<DirectoryAccount, 'kind' | 'mayCreate'> & {
    /** Under a legal hold: nothing of it is deleted. */
    readonly held: boolean
  }

/** What became of it: gone from every target, kept by a hold, or what stopped it, and at which target. */
export type Removed =
  | { readonly status: 'gone' | 'held' }
  | { readonly status: 'fault'; readonly target: 'directory' | 'mail'; readonly fault: Fault }

/**
 * Removes accounts from all targets: mail before directory. The entry stays, switched off, until the archive and the deletion
 * of the mailbox are read back, for without it the mail server knows nobody of that name; then the entry goes, and the disk is
 * looked at once more, since a letter may have been on its way. Cut anywhere, it goes on from there the next time.
 */
export function removalOf(deps: { directory: Directory; mail: MailStore; keeping: Keeping }) {
  const { directory, mail, keeping } = deps

  /** Removes them; answers for each, by its id. */
  return async function remove(accounts: readonly WantedAbsent[]): Promise<ReadonlyMap<string, Removed>> {
    const done = new Map<string, Removed>()
    const stop = (id: string, target: 'directory' | 'mail', fault: Fault) =>
      done.set(id, { status: 'fault', target, fault })
    const going = () => accounts.filter(({ id }) => !done.has(id))
    const stopAll = (target: 'directory' | 'mail', faults: ReadonlyMap<string, Fault>) => {
      for (const [id, fault] of faults) stop(id, target, fault)
    }
    const purge = async (some: readonly WantedAbsent[]) => {
      const outcomes = await mail.purge(some.map(({ login }) => login))
      some.forEach(({ id }, index) => {
        const outcome = outcomes[index]
        if (outcome?.status === 'fault') stop(id, 'mail', outcome.fault)
      })
    }

    try {
      // Off first, so that nothing arrives while it is looked at. One without a home need have no entry either.
      const before = await mail.occupied(accounts.map(({ login }) => login))
      const outcomes = await directory.ensure(
        accounts.map((account) => ({
          ...{ ...account, signIn: false, receive: false, password: null },
          ...{ kind: 'account' as const, mayCreate: before.has(account.login) },
        })),
      )
      accounts.forEach(({ id, login, revision }, index) => {
        const outcome = outcomes[index]
        const noEntry = !before.has(login) && outcome?.status === 'fault' && outcome.fault.kind === 'refused'
        if (outcome?.status === 'fault' && !noEntry) stop(id, 'directory', outcome.fault)
        if (outcome?.status === 'superseded') stop(id, 'directory', superseded(outcome.revision, revision))
      })
      let homes = await mail.occupied(going().map(({ login }) => login))
      const withHome = () => going().filter(({ login }) => homes.has(login))
      for (const { id, held } of withHome()) if (held) done.set(id, { status: 'held' })
      await mail.endSessions(withHome().map(({ login }) => login))
      stopAll('mail', await keeping.archive(withHome()))
      await purge(withHome())

      const leaving = going()
      const removals = await directory.remove(leaving.map(({ id, revision }) => ({ id, revision })))
      leaving.forEach(({ id, revision }, index) => {
        const outcome = removals[index]
        if (outcome?.status === 'fault') stop(id, 'directory', outcome.fault)
        if (outcome?.status === 'superseded') stop(id, 'directory', superseded(outcome.revision, revision))
      })

      homes = await mail.occupied(going().map(({ login }) => login))
      await purge(withHome())
      stopAll('mail', await keeping.discard(going()))
      for (const { id } of going()) done.set(id, { status: 'gone' })
    } catch (error) {
      if (!(error instanceof TargetFault)) throw error
      for (const { id } of going()) stop(id, 'mail', error.fault)
    }
    return done
  }
}

const superseded = (found: number, wanted: number): Fault => ({
  kind: 'refused',
  detail: `the entry carries revision ${found}, newer than ${wanted}; was the database restored?`,
})
