import { accessTokensOf } from '../access/access-tokens.ts'
import { actorsOf } from '../access/actors.ts'
import { idempotencyOf } from '../access/idempotency.ts'
import { deputiesOf } from '../access/deputies.ts'
import { rolesOf } from '../access/roles.ts'
import { signInWith } from '../access/sign-in.ts'
import { tokensOf } from '../access/tokens.ts'
import { accountsOf, type Accounts } from '../accounts/accounts.ts'
import { lifePoliciesOf } from '../accounts/life-policies.ts'
import { idlingOf } from '../accounts/idling.ts'
import { resettingOf } from '../accounts/resetting.ts'
import { rememberingOf } from '../accounts/remembering.ts'
import { mergingOf } from '../accounts/merging.ts'
import { holdersOf } from '../accounts/holders.ts'
import { quotasOf } from '../accounts/quotas.ts'
import { livesOf, type LifeActRefusal, type Lives } from '../accounts/lives.ts'
import { adoptingOf } from '../accounts/adopting.ts'
import { bulkAccountsOf } from '../accounts/bulk.ts'
import { bulkChangesOf } from '../accounts/bulk-changes.ts'
import { relocatingOf } from '../accounts/relocating.ts'
import { dueOf } from '../accounts/due.ts'
import { addressesOf } from '../addresses/addresses.ts'
import { bulkAddressesOf } from '../addresses/bulk.ts'
import { domainsOf } from '../addresses/domains.ts'
import { namingPoliciesOf } from '../addresses/naming-policies.ts'
import { tombstonesOf } from '../addresses/tombstones.ts'
import { auditLog } from '../audit/audit.ts'
import { brakesOf } from '../brake/brakes.ts'
import { calendarOf } from '../calendar/calendar.ts'
import { openDatabase } from '../db/client.ts'
import { transactions, type Tx } from '../db/transaction.ts'
import { ldapDirectory } from '../directory/ldap.ts'
import { ldapForeign } from '../directory/ldap-foreign.ts'
import { ldapSurvey } from '../directory/ldap-survey.ts'
import { directoryLookup } from '../directory/lookup.ts'
import { systemClock, type Clock } from '../kernel/clock.ts'
import type { UnitId } from '../kernel/ids.ts'
import { importsOf, type Imports } from '../imports/imports.ts'
import { under } from '../reconcile/attribute.ts'
import { adoptionReaderOf } from '../reconcile/adoption-reading.ts'
import { adoptionWorkOf } from '../reconcile/adoption-work.ts'
import { adoptionsOf, type Adoptions } from '../reconcile/adoptions.ts'
import { attributePoliciesOf } from '../reconcile/attributes.ts'
import { secretsFrom } from '../kernel/secrets.ts'
import { lettersOf } from '../letters/letters.ts'
import { letterTextPoliciesOf } from '../letters/texts.ts'
import { dovecotMail } from '../mail/dovecot.ts'
import { dovecotSurvey } from '../mail/dovecot-survey.ts'
import { embeddedSurvey } from '../mail/embedded-survey.ts'
import { embeddedMail } from '../mail/embedded.ts'
import type { MailStore } from '../mail/mail.ts'
import { listsOf } from '../lists/lists.ts'
import { letterSender } from '../mail/messages.ts'
import { peopleOf, type People, type PersonActRefusal } from '../people/people.ts'
import { provisionerOf } from '../provisioning/apply.ts'
import type { Wanted } from '../provisioning/wanted.ts'
import { pausesOf } from '../provisioning/pauses.ts'
import { syncOf } from '../provisioning/sync.ts'
import { reconcileOf, type Reconcile } from '../reconcile/reconcile.ts'
import { reorganisationsOf, type Reorganisations } from '../reorganisations/reorganisations.ts'
import { requestsOf } from '../requests/requests.ts'
import { stepsPoliciesOf } from '../requests/steps-policies.ts'
import { scheduledOf } from '../scheduled/scheduled.ts'
import { reviewsOf } from '../reviews/reviews.ts'
import { retentionsOf } from '../retention/retentions.ts'
import { unitsOf } from '../units/units.ts'
import { letterWriter, ORIGINALS } from '../web/words/letters.ts'
import { bootstrapOf } from './bootstrap.ts'
import type { Config } from './config.ts'
import type { Log } from './log.ts'

export type Services = ReturnType<typeof compose>

/** The only wiring: every part is made here, once, from the settings. Nothing connects before it is used. */
export function compose(
  config: Config,
  log: Log,
  options: { clock?: Clock; connections?: number; patienceMs?: number } = {},
) {
  const clock = options.clock ?? systemClock
  const { domain } = config.organisation
  const secrets = secretsFrom(config.secretKey)
  const database = openDatabase(config.databaseUrl, options)
  const { prisma, lanes, whole } = database
  const { transaction, atomically } = transactions({ lanes, whole, mac: secrets.auditMac, clock })

  const attributes = attributePoliciesOf({ prisma, transaction })
  const directory = ldapDirectory(config.ldap, log, async () =>
    under((await attributes.present()).policy, 'directory', 'seeded'),
  )
  const lookup = directoryLookup(config.ldap)
  const mail: MailStore =
    config.mail.driver === 'embedded'
      ? embeddedMail({ folder: config.mail.folder, resolving: lookup.resolving })
      : dovecotMail(config.mail)
  const sender = letterSender({ ...config.smtp, timeoutMs: 20_000 })

  const audit = auditLog({ prisma, mac: secrets.auditMac })
  const tokens = tokensOf({ secrets })
  const letterTexts = letterTextPoliciesOf({ prisma, transaction, originals: ORIGINALS })
  const letterWords = letterWriter({
    ...{ publicUrl: config.web.publicUrl, organisation: config.organisation },
    present: async (template, language) => (await letterTexts.present(template, language)).text,
  })
  const letters = lettersOf({
    ...{ prisma, lanes: database.lanes, transaction, clock, secrets, domain },
    writer: letterWords.write,
    sender: (letter) => sender.send(letter),
    returnTo: config.returns?.address ?? null,
  })
  const naming = namingPoliciesOf({ prisma, transaction })
  const tombstones = tombstonesOf({ prisma, transaction, clock })
  const addresses = addressesOf({ prisma, clock, naming, domain })
  const sync = syncOf({ prisma, transaction })
  const life = lifePoliciesOf({ prisma, transaction, changed: (tx, states) => accounts.statesChanged(tx, states) })
  // Accounts show their unit, and units tell them when it changes: the one of the two that comes later is called later.
  const units = unitsOf({
    prisma,
    transaction,
    clock,
    changed: (tx: Tx, id: UnitId): Promise<void> => accounts.unitChanged(tx, id),
  })
  const due = dueOf({ sync })
  const quotas = quotasOf({ prisma, transaction, clock, due, life, quotaMb: config.quotaMb })
  const accounts: Accounts = accountsOf({
    ...{ prisma, transaction, clock, secrets, addresses, tokens, letters, sync, units, mail, life, domain, quotas },
  })
  const ofChanges = { prisma, transaction, clock }
  const scheduled = scheduledOf<LifeActRefusal | PersonActRefusal>({
    ...ofChanges,
    carry: (tx, change, ...rest) => (change.subject.kind === 'person' ? people : lives).carry(tx, change, ...rest),
  })
  const lives: Lives = livesOf({
    ...{ prisma, transaction, clock, life, letters, units, domain },
    scheduled: scheduledOf<LifeActRefusal>({ ...ofChanges, carry: (tx, change, by) => lives.carry(tx, change, by) }),
    enacting: accounts,
    moving: accounts,
  })
  const bulkAddresses = bulkAddressesOf({ prisma, clock, naming, domain })
  const people: People = peopleOf({
    ...{ ...ofChanges, secrets, domain },
    merging: mergingOf({
      ...{ addresses: bulkAddresses, due, letters, domain, enacting: accounts },
      holders: holdersOf({ addresses, due, domain }),
    }),
    scheduled: scheduledOf<PersonActRefusal>({ ...ofChanges, carry: (...of) => people.carry(...of) }),
  })
  const resetting = resettingOf({ transaction, tokens, letters, units, life, domain })
  /** How many accounts may be stopped in a day without two people looking at it. */
  const atMost = async () => (await brakes.limits.present()).policy.limits.suspend.number
  const ofLives = { prisma, transaction, clock, life, enacting: accounts, letters, atMost, domain }
  const idling = idlingOf({ ...ofLives, mail })
  const remembering = rememberingOf({ prisma, domain, read: (permit, id) => accounts.read(permit, id) })
  const reviews = reviewsOf(ofLives)
  // The brake lets plans begin that two people have released, and plans ask the brake: the later of the two is called later.
  const brakes = brakesOf({
    ...{ prisma, transaction, clock },
    starts: {
      import: (tx, plan, by): Promise<boolean> => imports.startReleased(tx, plan, by),
      undo: (tx, plan, by): Promise<boolean> => imports.undoReleased(tx, plan, by),
      reorganisation: (tx, plan, by): Promise<boolean> => reorganisations.startReleased(tx, plan, by),
      reconcile: (tx, plan, by): Promise<boolean> => reconcile.plans.released(tx, plan, by),
      adoption: (tx, plan, by): Promise<boolean> => adoptions.released(tx, plan, by),
    },
  })
  const bulkAccounts = bulkAccountsOf({ addresses: bulkAddresses, sync, domain, quotas })
  const imports: Imports = importsOf({
    ...{ prisma, transaction, clock, secrets, brakes, domain, addresses: bulkAddresses, accounts: bulkAccounts },
    changes: bulkChangesOf({ sync, due }),
    lives: accounts,
    activations: accounts,
    subtree: units.subtree,
    limits: config.imports,
  })
  const foreign = ldapForeign(config.ldap)
  const reader = adoptionReaderOf({ prisma, foreign, domain, numberHash: secrets.numberHash })
  const adoptions: Adoptions = adoptionsOf({ prisma, transaction, clock, foreign, reader, brakes })
  const adopter = adoptionWorkOf({
    ...{ prisma, pool: database.pool, transaction, clock, foreign, reader, sync, domain },
    adopting: adoptingOf({ bulk: bulkAccounts, addresses: bulkAddresses, secrets, domain }),
  })
  const calendar = calendarOf({ prisma, transaction, clock })
  const lists = listsOf({ prisma, transaction, clock, addresses, sync, domain, named: config.posting !== null })
  const domains = domainsOf({
    ...{ prisma, transaction, domain },
    changed: async (tx) => {
      await accounts.allChanged(tx)
      await lists.allChanged(tx)
    },
  })
  const steps = stepsPoliciesOf({ prisma, transaction })
  const requests = requestsOf({
    ...{
      prisma,
      transaction,
      clock,
      secrets,
      accounts,
      addresses,
      tokens,
      letters,
      audit,
      units,
      calendar,
      steps,
      lists,
      domain,
    },
    quotaMb: config.quotaMb,
    codePrefix: config.organisation.codePrefix,
  })
  const retentions = retentionsOf({ prisma, transaction })
  const reorganisations: Reorganisations = reorganisationsOf({
    ...{ prisma, transaction, clock, brakes, letters, steps, sync, domain, addresses: bulkAddresses },
    moving: relocatingOf({ sync, due, addresses: bulkAddresses }),
    seatsChanged: requests.seatsChanged,
    listsSettled: lists.settled,
  })
  const actors = actorsOf({ sql: database.sql, clock, domain })
  const deputies = deputiesOf({ prisma, transaction, clock, letters, domain, changed: requests.seatsChanged })
  const roles = rolesOf({ prisma, transaction, clock, domain, changed: requests.seatsChanged })
  const accessTokens = accessTokensOf({ prisma, transaction, clock, secrets, actors })
  const idempotency = idempotencyOf({ atomically, secrets })
  const signIn = signInWith({ ldap: config.ldap, domain, actors, transaction })
  const wanted: Wanted = {
    accounts: accounts.wanted.accounts,
    groups: async (ids) => [...(await accounts.wanted.groups(ids)), ...(await lists.wanted(ids))],
  }
  const provisioner = provisionerOf({
    ...{ prisma, transaction, clock, directory, mail, wanted },
    arrived: async (tx, arrivals) => {
      await accounts.arrived(tx, arrivals)
      await lists.arrived(tx, arrivals)
    },
    kept: accounts.kept,
  })
  const pauses = pausesOf({ prisma, transaction, clock })
  const reconcile: Reconcile = reconcileOf({
    ...{
      prisma,
      pool: database.pool,
      transaction,
      clock,
      brakes,
      sync,
      pauses,
      letters,
      accounts,
      mail,
      wanted,
      domain,
      subtree: units.subtree,
    },
    attributes,
    directory: ldapSurvey(config.ldap, async () => under((await attributes.present()).policy, 'seeded')),
    mailSurvey: config.mail.driver === 'embedded' ? embeddedSurvey(config.mail.folder) : dovecotSurvey(config.mail),
  })
  const bootstrap = bootstrapOf({ transaction, accounts, addresses, tokens })

  return {
    ...{ config, log, clock, secrets, database, transaction, atomically, directory, mail, sender },
    ...{
      audit,
      tokens,
      letters,
      letterTexts,
      letterWords,
      retentions,
      addresses,
      bulkAddresses,
      bulkAccounts,
      naming,
      tombstones,
      domains,
      sync,
      accounts,
      life,
      lives,
      quotas,
      people,
      idling,
      reviews,
      remembering,
      resetting,
      scheduled,
      lists,
      brakes,
      imports,
      units,
      calendar,
      steps,
      requests,
      actors,
      accessTokens,
      idempotency,
      deputies,
      roles,
      signIn,
      provisioner,
      pauses,
      reconcile,
      attributes,
      adoptions,
      adopter,
      reorganisations,
      bootstrap,
    },
    async close(): Promise<void> {
      await Promise.all([directory.close(), lookup.close(), mail.close(), sender.close()])
      await database.close()
    },
  }
}
