import { randomBytes, randomUUID } from 'node:crypto'
import { cliActor, permit, type Action, type Permit, type PersonActor } from '../../src/access/policy.ts'
import { Day } from '../../src/kernel/day.ts'
import { EmailAddress } from '../../src/kernel/email-address.ts'
import type { AccountId, RequestId, UnitId } from '../../src/kernel/ids.ts'
import type { Clock } from '../../src/kernel/clock.ts'
import { compose, type Services } from '../../src/main/compose.ts'
import { parseConfig, type Environment } from '../../src/main/config.ts'
import { logger } from '../../src/main/log.ts'
import type { PersonDetails } from '../../src/requests/details.ts'
import { startServers, type Servers } from '../../scripts/servers/all.ts'
import { someDetails, unique } from './details.ts'
import { DATABASE_OF, migratedDatabase } from './migrated.ts'

export { someDetails, unique }

/** Settings for private servers, with a key and a public address of this run. */
export const settings = (servers: Pick<Servers, 'env'>, more: Record<string, string> = {}): Environment => ({
  ...servers.env,
  CONGVU_SECRET_KEY: randomBytes(32).toString('base64'),
  CONGVU_PUBLIC_URL: 'http://127.0.0.1:1',
  CONGVU_PORT: '0',
  LOG_LEVEL: process.env['TEST_LOG'] ?? 'silent',
  ...more,
})

export type System = { servers: Servers; env: Environment; services: Services; stop(): Promise<void> }

/** Real servers with a migrated database and the composed services; no worker and no web until a test starts them. */
export async function startSystem(
  options: { fast?: boolean; relaying?: boolean; env?: Record<string, string>; clock?: Clock } = {},
): Promise<System> {
  const servers = await startServers({
    fast: options.fast ?? true,
    relaying: options.relaying ?? false,
    databaseOf: DATABASE_OF,
  })
  const url = await migratedDatabase(servers.postgres)
  const env = settings(servers, { DATABASE_URL: url, ...options.env })
  const config = parseConfig(env)
  const { clock } = options
  const services = compose(config, logger(config.logLevel), { connections: 20, ...(clock && { clock }) })
  return {
    servers,
    env,
    services,
    async stop() {
      await services.close()
      await servers.stop()
    },
  }
}

/** A permit of the command line, for preparing a test. */
export function allowed<A extends Action>(
  action: A,
  actor: Parameters<typeof permit>[0] = cliActor('test'),
): Permit<A> {
  const decision = permit(actor, action)
  if (!decision.ok) throw new Error(`${actor.id} may not ${action}`)
  return decision.value
}

const ok = <T>(decision: { ok: true; value: T } | { ok: false; refusal: unknown }): T => {
  if (!decision.ok) throw new Error(`refused: ${JSON.stringify(decision.refusal)}`)
  return decision.value
}

/** Two agencies with a department each, under one province. */
export async function seedUnits(
  services: Services,
): Promise<Record<'province' | 'agency' | 'department' | 'other', UnitId>> {
  const facts = (name: string, kind: 'province' | 'agency' | 'department', parentId: UnitId | null) => ({
    ...{ name, kind, parentId, codes: {}, validFrom: Day.parse('2025-07-01') },
  })
  const make = async (...parts: Parameters<typeof facts>) =>
    ok(await services.units.create(allowed('unit.change'), facts(...parts)))
  const province = await make('Ủy ban nhân dân tỉnh Quảng Ninh', 'province', null)
  const agency = await make('Sở Nội vụ', 'agency', province)
  const department = await make('Phòng Công chức, viên chức', 'department', agency)
  const other = await make('Sở Tài chính', 'agency', province)
  return { province, agency, department, other }
}

/** A confirmed, filled and submitted request, as its owner would leave it. */
export async function submitted(
  services: Services,
  details: PersonDetails,
  email = `nguoi${unique()}@example.com`,
): Promise<RequestId> {
  const { requests } = services
  const contact = EmailAddress.parse(email)
  const challenge = randomUUID()
  // The code goes by letter only; here the letter's cause is read instead of the letter.
  const id = await services.transaction(async (tx) => {
    const { secret } = await services.tokens.digits(tx, challenge, 60_000)
    return secret
  })
  const confirmed = await requests.confirmContact(challenge, id, contact, 'vi', null)
  if (!confirmed.ok) throw new Error(confirmed.kind)
  ok(await requests.fill(confirmed.value, details))
  for (;;) {
    const { addresses } = await requests.proposals(confirmed.value)
    const first = addresses[0]
    if (!first) throw new Error(`No address is free for ${details.name.full}`)
    const chosen = await requests.choose(confirmed.value, first.local)
    // Somebody may have been quicker with it: people choose again.
    if (chosen.ok || chosen.refusal.kind !== 'address-taken') {
      ok(chosen)
      break
    }
  }
  ok(await requests.submit(confirmed.value))
  return confirmed.value
}

/** The first IT staff member, active, without any directory: the state that a bootstrap and an activation leave. */
export async function seedStaff(
  services: Services,
  role: 'it-staff' | 'auditor' | 'unit-admin',
  unitId: UnitId,
  fullName: string,
): Promise<PersonActor> {
  const { database, roles, actors } = services
  const id = await given(services, someDetails(unitId, { fullName }))
  const account = await database.prisma.account.update({ where: { id }, data: { state: 'active' } })
  ok(
    await roles.grant(allowed('role.change'), {
      holder: account.login,
      role,
      unitId: role === 'unit-admin' ? unitId : null,
    }),
  )
  const actor = await actors.byId(id)
  if (!actor) throw new Error('The staff member is not there')
  return actor
}

/** An account that nobody asked for, as an import would issue it. */
export function given(services: Services, details: PersonDetails): Promise<AccountId> {
  const { transaction, addresses, accounts, secrets } = services
  return transaction(async (tx) => {
    const ticket = randomUUID()
    const subject = { kind: 'person', name: details.name, unit: await services.units.find(details.unitId, tx) } as const
    const [local] = (await addresses.propose(subject, ticket)).free
    if (local === undefined) throw new Error(`No address is free for ${details.name.full}`)
    ok(await addresses.reserve(tx, ticket, subject, local))
    const issued = await accounts.issue(tx, cliActor('test'), ticket, {
      ...{ ...details, title: details.position, local, handOver: 'slip', language: 'vi' },
      ninCipher: secrets.seal(details.number, 'request.nin'),
      ninHash: secrets.numberHash(details.number),
      contactEmail: `rieng${unique()}@example.com`,
    })
    return ok(issued)
  })
}

/** The account that somebody's approval issues; where it is not their turn, they take the request over first. */
export async function approveAs(
  services: Services,
  actor: PersonActor,
  id: RequestId,
  handOver: 'link' | 'slip' = 'link',
): Promise<AccountId> {
  const permit = allowed('request.decide', actor)
  const choice = { version: 2, identity: 'in-person', handOver } as const
  const approve = () => services.requests.approve(permit, id, choice)
  const first = await approve()
  if (!first.ok && first.refusal.kind === 'not-your-turn')
    ok(await services.requests.takeOver(permit, id, { version: 2, comment: 'Người duyệt đi vắng' }))
  const approved = first.ok ? first.value : ok(await approve())
  if (approved.state !== 'approved' || approved.accountId === null) throw new Error('Another step is needed')
  return approved.accountId
}
