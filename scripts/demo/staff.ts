import { randomUUID } from 'node:crypto'
import type { Actor, PersonActor, Role } from '../../src/access/policy.ts'
import { SECRET } from '../../src/accounts/account.ts'
import { hashPassword } from '../../src/accounts/password-hash.ts'
import { later, minutes } from '../../src/kernel/clock.ts'
import { EmailAddress, LocalPart } from '../../src/kernel/email-address.ts'
import { AccountId, type UnitId } from '../../src/kernel/ids.ts'
import { parsePersonName } from '../../src/kernel/person-name.ts'
import type { Someone } from './people.ts'
import { OPERATOR, PROVINCE } from './province.ts'
import { allowed, ok, operator, PASSWORD, type Seeding } from './seeding.ts'

export type Issued = { readonly id: AccountId; readonly someone: Someone; readonly local: string }
// Many people at once, on a machine that may be busy.
const PATIENT = { timeoutMs: 120_000 }

export type Joining = { readonly unitId: UnitId; readonly someone: Someone }

/** The first IT staff member by the same way as in production: `congvu bootstrap`, then the one-time link. */
export async function firstStaff({ services, time }: Seeding): Promise<PersonActor> {
  const name = ok2(parsePersonName('Lê Đức Thắng'))
  const { secret } = ok(
    await services.bootstrap(allowed(operator, 'account.bootstrap'), {
      name,
      local: LocalPart.parse('leducthang'),
      contactEmail: EmailAddress.parse('leducthang85@example.com'),
      province: PROVINCE,
      operator: OPERATOR,
    }),
  )
  await services.provisioner.run()
  time.now = later(time.now, minutes(25))
  const { accountId } = ok(await services.accounts.activate(secret, PASSWORD, PASSWORD))
  await services.provisioner.run()
  return actorOf({ services }, accountId)
}

const ok2 = <T>(parsed: { ok: true; value: T } | { ok: false; refusal: { kind: string } }): T => {
  if (!parsed.ok) throw new Error(parsed.refusal.kind)
  return parsed.value
}

export async function actorOf({ services }: Pick<Seeding, 'services'>, id: AccountId): Promise<PersonActor> {
  const actor = await services.actors.byId(id)
  if (!actor) throw new Error(`Account ${id} cannot sign in`)
  return actor
}

export async function grant(
  { services }: Seeding,
  by: Actor,
  to: Issued,
  role: Role,
  unitId: UnitId | null,
): Promise<void> {
  ok(await services.roles.grant(allowed(by, 'role.change'), { holder: to.local, role, unitId }))
}

/** Issues accounts to many at once, as an import will one day; the worker's part is done when this returns. */
export async function issueAll({ services }: Seeding, by: Actor, people: readonly Joining[]): Promise<Issued[]> {
  const { transaction, addresses, accounts, secrets, provisioner } = services
  const issued = await transaction(async (tx) => {
    const done: Issued[] = []
    for (const { someone, unitId } of people) {
      const ticket = randomUUID()
      let local: LocalPart | undefined
      const subject = { kind: 'person', name: someone.name, unit: await services.units.find(unitId, tx) } as const
      for (const free of (await addresses.propose(subject, ticket, 20)).free)
        if (local === undefined && (await addresses.reserve(tx, ticket, subject, free)).ok) local = free
      if (local === undefined) throw new Error(`No address for ${someone.name.full}`)
      const id = ok(
        await accounts.issue(tx, by, ticket, {
          ...someone,
          ninCipher: secrets.seal(someone.number, 'request.nin'),
          ninHash: secrets.numberHash(someone.number),
          unitId,
          title: someone.position,
          contractEnd: null,
          local,
          // By slip, so that nobody is mailed a link that was good for three days a year ago.
          handOver: 'slip',
          language: 'vi',
        }),
      )
      done.push({ id, someone, local })
    }
    return done
  }, PATIENT)
  await provisioner.run()
  return issued
}

/**
 * Lets them have chosen the demo's password: the same changes as `accounts.activate` makes, but hashed once for all, which
 * would otherwise take longest of everything here.
 */
export async function activateAll({ services, time }: Seeding, people: readonly Issued[]): Promise<void> {
  const { transaction, sync, secrets, provisioner } = services
  const hash = await hashPassword(PASSWORD)
  const sealed = people.map(({ id }) => ({ id, secret: secrets.seal(hash, SECRET) }))
  const nameOf = new Map(people.map(({ id, someone }) => [id as string, someone.name.full]))
  await transaction(async (tx) => {
    const rows = await tx.db.$queryRaw<{ id: string; revision: number }[]>`
      UPDATE account a SET secret_cipher = x.secret, state = 'active', revision = a.revision + 1
      FROM jsonb_to_recordset(${JSON.stringify(sealed)}::jsonb) AS x(id uuid, secret text)
      WHERE a.id = x.id RETURNING a.id::text, a.revision`
    await tx.db.accountEvent.createMany({
      data: rows.map(({ id }) => ({
        accountId: id,
        at: tx.at,
        kind: 'password-set',
        byName: nameOf.get(id) ?? '',
        note: null,
      })),
    })
    await sync.accountsDue(tx, rows)
    for (const { id } of rows)
      tx.audit({ id: `account:${id}`, name: nameOf.get(id) ?? '' }, 'account.password-set', `account:${id}`)
  }, PATIENT)
  await provisioner.run()
  time.now = later(time.now, 400)
  await transaction(async (tx) => {
    const ids = people.map(({ id }) => id)
    await tx.db.account.updateMany({ where: { id: { in: ids } }, data: { activatedAt: tx.at } })
    await tx.db.accountEvent.createMany({
      data: ids.map((id) => ({
        accountId: id,
        at: tx.at,
        kind: 'activated',
        byName: nameOf.get(id) ?? '',
        note: null,
      })),
    })
    for (const id of ids)
      tx.audit({ id: `account:${id}`, name: nameOf.get(id) ?? '' }, 'account.activated', `account:${id}`)
  }, PATIENT)
}
