import { jobActor, permit } from '../access/policy.ts'
import type { Services } from './compose.ts'

const actor = jobActor('tidy')

/** Ends what has run out: drafts, returned requests, reservations, one-time secrets, what is kept no longer; follows units into their new version. */
export async function tidyUp(services: Services): Promise<void> {
  const { requests, addresses, tokens, idempotency, units, brakes, imports, letters, retentions, transaction } =
    services
  const allowed = permit(actor, 'system.tidy')
  if (!allowed.ok) throw new Error('The job may not tidy up')
  await requests.expire(allowed.value)
  await transaction(async (tx) => {
    await addresses.releaseExpired(tx)
    await tokens.forgetOld(tx)
    await brakes.forgetOld(tx)
    await idempotency.forgetOld(tx)
  })
  await units.followToday(allowed.value)
  await endAliases(services)
  await imports.forgetOld(allowed.value)
  await requests.escalate(allowed.value)
  const { policy } = await retentions.present()
  await requests.purge(allowed.value, policy)
  await letters.purge(allowed.value, { days: policy.letters, contentDays: policy.letterText })
}

/** Addresses of former units end when their term is over. */
async function endAliases({ bulkAddresses, accounts, transaction, clock }: Services): Promise<void> {
  for (const { account, local } of await bulkAddresses.over(clock()))
    await transaction((tx) => accounts.removeAlias(tx, actor, account, local))
}

/** Has every request wait where it belongs now: roles, deputies, units and accounts change, and their dates come and go. */
export async function reseat({ requests }: Services): Promise<void> {
  const allowed = permit(jobActor('reminders'), 'system.tidy')
  if (!allowed.ok) throw new Error('The job may not look after the seats')
  await requests.reseat(allowed.value)
}

/** Carries out the changes whose day has come, and what the terms of accounts bring about today. */
export async function followLives({ scheduled, lives, quotas, log }: Services): Promise<void> {
  const job = jobActor('life')
  const [due, terms] = [permit(job, 'scheduled.run'), permit(job, 'life.run')]
  if (!due.ok || !terms.ok) throw new Error('The job may not follow the lives of accounts')
  const { applied, refused } = await scheduled.runDue(due.value)
  await lives.tellAhead(terms.value)
  const ended = await lives.runOut(terms.value)
  const resized = await quotas.follow(terms.value)
  if (resized > 0) log.info({ resized }, 'Mailboxes of another size')
  if (applied + refused + ended > 0) log.info({ applied, refused, ended }, 'Changes whose day has come')
}

/** Daily: reads the last sign-ins at the mail server, warns and locks accounts that nobody uses; has sizes worked out anew. */
export async function followIdle({ idling, quotas, log }: Services): Promise<void> {
  const allowed = permit(jobActor('life'), 'life.run')
  if (!allowed.ok) throw new Error('The job may not look after unused accounts')
  await quotas.recheck(allowed.value)
  const { why, ...done } = await idling.follow(allowed.value)
  if (why === 'silent')
    log.warn(done, 'Nobody seems to sign in to mailboxes: is the plugin last_login at work? Nobody is locked')
  else if (why === null) log.info(done, 'Accounts that nobody uses')
}

/** Begins, reminds of and closes reviews of the units' lists. */
export async function followReviews({ reviews, log }: Services): Promise<void> {
  const allowed = permit(jobActor('life'), 'life.run')
  if (!allowed.ok) throw new Error('The job may not look after reviews')
  const acted = await reviews.follow(allowed.value)
  if (acted > 0) log.info({ acted }, 'Accounts that nobody confirmed')
}

/** Works out who the members of distribution lists are, where something has changed. */
export async function followLists({ lists }: Services): Promise<void> {
  const allowed = permit(jobActor('lists'), 'system.tidy')
  if (!allowed.ok) throw new Error('The job may not follow the lists')
  await lists.follow(allowed.value)
}

/** What is to be compared, removed and looked at again. */
export async function reconcileWork({ reconcile, adopter, log }: Services): Promise<void> {
  const allowed = permit(jobActor('reconcile'), 'system.tidy')
  if (!allowed.ok) throw new Error('The job may not reconcile')
  const runs = await reconcile.runs.work(allowed.value)
  const removed = await reconcile.remove(allowed.value)
  const settled = await reconcile.runs.settle(allowed.value)
  const adoptions = await adopter.work()
  if (runs + removed + settled + adoptions > 0) log.info({ runs, removed, settled, adoptions }, 'Reconciliation')
}

/** Asks for the night's comparison; the same night again asks for nothing. */
export async function reconcileNightly(services: Services): Promise<void> {
  const allowed = permit(jobActor('reconcile'), 'system.tidy')
  if (!allowed.ok) throw new Error('The job may not reconcile')
  await services.reconcile.forgetOld(allowed.value)
  await services.adoptions.forgetOld(allowed.value)
  await services.reconcile.runs.askNightly(allowed.value)
  await reconcileWork(services)
}

/** Passes overdue requests on, and writes the morning's digest to approvers; asking again the same day writes nothing. */
export async function remindApprovers({ requests, log }: Services): Promise<void> {
  const allowed = permit(jobActor('reminders'), 'system.tidy')
  if (!allowed.ok) throw new Error('The job may not remind')
  await requests.escalate(allowed.value)
  const letters = await requests.sendDigests(allowed.value)
  if (letters !== null) log.info({ letters }, 'Digests to approvers')
}

/** Notes the audit log's head outside the database (log, letter), so that a cut tail can be found. */
export async function anchorAudit(services: Services): Promise<void> {
  const { audit, letters, transaction, config, log, clock } = services
  const head = await audit.head()
  if (head === null) return
  log.info({ seq: head.seq, mac: head.mac }, 'Audit log anchor')
  const to = config.auditAnchorTo
  if (to === null) return
  const params = { ...head, at: clock().toISOString() }
  await transaction((tx) => letters.post(tx, { to, language: 'vi', template: 'anchor', params }))
}
