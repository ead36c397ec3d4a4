import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '../support/jest.ts'
import { startServers, type Servers } from '../../scripts/servers/all.ts'
import { connect } from '../../src/directory/connection.ts'
import { present, valuesOf, type LdapEntry } from '../../src/directory/operations.ts'
import { cliActor } from '../../src/access/policy.ts'
import { QuotaMb } from '../../src/accounts/account.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { compose, type Services } from '../../src/main/compose.ts'
import { parseConfig } from '../../src/main/config.ts'
import { logger } from '../../src/main/log.ts'
import { manyPeople, type Member } from '../support/many.ts'
import { DATABASE_OF, migratedDatabase } from '../support/migrated.ts'
import { scaled } from '../support/scale.ts'
import { allowed, given, seedStaff, seedUnits, settings, someDetails } from '../support/system.ts'

let servers: Servers
let env: ReturnType<typeof settings>
let services: Services
const open = (url: string): Services =>
  compose(parseConfig({ ...env, DATABASE_URL: url }), logger('silent'), { connections: 10 })

beforeAll(async () => {
  servers = await startServers({ fast: true, databaseOf: DATABASE_OF })
  env = settings(servers)
}, 120_000)
afterAll(async () => {
  await services.close()
  await servers.stop()
})

test('a database of last night and a directory of today: nobody new gets somebody else’s entry or mail, and every conflict is found', async () => {
  const url = await migratedDatabase(servers.postgres)
  services = open(url)
  const units: Record<string, UnitId> = await seedUnits(services)
  const agency = units['agency'] as UnitId
  const old = await manyPeople(services, scaled(100), [agency])
  await services.provisioner.run()
  await services.close()
  const night = await servers.postgres.createDatabase('night', new URL(url).pathname.slice(1))

  services = open(url)
  const today = await manyPeople(services, scaled(200), [agency])
  const namesake = someDetails(agency, { fullName: 'Trần Thị Trùng' })
  const hers = await addressOf(await given(services, namesake))
  // Some of those of yesterday were changed today, twice.
  const changed = old.slice(0, 6)
  for (const mb of [3_072, 4_096]) for (const { id } of changed) await resize(id, mb)
  await services.provisioner.run()
  await services.close()

  services = open(night)
  const staff = await seedStaff(services, 'it-staff', agency, 'Lê Đức Thắng')
  // Another of her name gets her very address, and the others the very numbers of those whom the database has forgotten.
  const second = await given(services, someDetails(agency, { fullName: 'Trần Thị Trùng' }))
  expect(await addressOf(second)).toBe(hers)
  const again = await manyPeople(services, today.length - 2, [agency])
  const numbers = new Set(today.map(({ login }) => login))
  expect(again.filter(({ login }) => !numbers.has(login))).toEqual([])
  for (const { id } of changed.slice(0, 3)) await resize(id, 1_024)
  const before = await entries()
  const homes = new Map(today.map(({ login }) => [login, mailsIn(login)]))
  await services.provisioner.run()

  // Not one entry of today's people was touched or made anew, nor a mailbox.
  const ids = new Set<string>([...today, ...changed].map(({ id }) => id))
  const after = await entries()
  for (const [id, entry] of before) if (ids.has(id)) expect(after.get(id)).toEqual(entry)
  for (const { id } of [...again, { id: second }]) expect(after.has(id)).toBe(false)
  expect(new Map(today.map(({ login }) => [login, mailsIn(login)]))).toEqual(homes)
  for (const { id } of [...again, { id: second }])
    expect(
      (await services.sync.rows({ kind: 'account', id })).find(({ target }) => target === 'directory'),
    ).toMatchObject({
      ...{ applied: 0, fault: 'refused', remoteDn: null },
    })

  const run = await services.reconcile.runs.now(allowed('reconcile.change'), { kind: 'all' })
  expect(run).toMatchObject({ state: 'done', doubt: null })
  const found = await findings()
  const strangers = found.filter(({ subject }) => subject === null)
  expect(strangers.map(({ dn }) => dn?.split(',')[0]).sort()).toEqual(
    [...numbers, loginAt(hers, after)].map((login) => `uid=${login}`).sort(),
  )
  expect(strangers.every(({ kind }) => kind === 'extra' || kind === 'double')).toBe(true)
  const of = (kind: string) =>
    found.flatMap((each) => (each.kind === kind && each.subject ? [each.subject.id] : [])).sort()
  expect(of('missing')).toEqual(
    [...again.map(({ id }) => id), second, staff.accountId].filter((id) => !after.has(id)).sort(),
  )
  // Those whom today's directory knows better are shown as such, also where they were to be changed since.
  const newer = found.filter((each) => each.newer)
  const people = newer.flatMap(({ subject }) => (subject?.kind === 'account' ? [subject.id] : []))
  expect(people.sort()).toEqual(changed.map(({ id }) => id).sort())

  // Once somebody has decided for the database, it is ahead again.
  const permit = allowed('reconcile.change', staff)
  const plan = await services.reconcile.plans.make(
    permit,
    'repair',
    newer.map(({ id }) => id),
  )
  if (!plan.ok) throw new Error(plan.refusal.kind)
  const started = await services.reconcile.plans.start(permit, plan.value)
  // Of few people they are so large a share that the brake wants a second person.
  if (!started.ok && started.refusal.kind === 'held') {
    const { holdId } = started.refusal
    const second = await seedStaff(services, 'it-staff', agency, 'Vũ Minh Tuấn')
    await services.brakes.ask(allowed('brake.release', staff), holdId, 'Cơ sở dữ liệu vừa được khôi phục')
    const released = await services.brakes.release(allowed('brake.release', second), holdId)
    expect(released).toMatchObject({ ok: true })
  } else expect(started).toMatchObject({ ok: true })
  await services.provisioner.run()
  await services.reconcile.runs.now(allowed('reconcile.change'), { kind: 'all' })
  expect((await findings()).filter((each) => each.newer)).toEqual([])
}, 240_000)

const resize = (id: Member['id'], mb: number) =>
  services.transaction((tx) => services.accounts.setQuota(tx, cliActor('test'), id, QuotaMb.parse(mb)))
const addressOf = async (id: string) =>
  (await services.database.prisma.address.findFirstOrThrow({ where: { holderId: id, role: 'primary' } })).local
const findings = async () => {
  const filter = { kind: null, target: 'directory', state: null, unit: null, q: '', run: null } as const
  return (await services.reconcile.findings(allowed('reconcile.read'), filter, { limit: 10_000, offset: 0 })).findings
}
/** Of each identity, its entry with everything that the server shows of it. */
async function entries(): Promise<Map<string, LdapEntry>> {
  const { ldap } = services.config
  const connection = await connect({ ...ldap, timeoutMs: 20_000 })
  const options = { scope: 'sub', filter: present('congvuId'), attributes: ['*', 'entryUUID', 'entryCSN'] } as const
  const all = await connection.search(ldap.baseDn, options)
  await connection.close()
  return new Map(all.map((entry) => [valuesOf(entry, 'congvuId')[0] ?? '', entry]))
}
const loginAt = (address: string, all: ReadonlyMap<string, LdapEntry>): string => {
  const mail = `${address}@${services.config.organisation.domain}`
  const entry = [...all.values()].find((each) => valuesOf(each, 'mail').includes(mail))
  return entry ? (valuesOf(entry, 'uid')[0] ?? '') : ''
}
/** The files of a mailbox. */
const mailsIn = (login: string): string[] => {
  const home = join(servers.dovecot.mailHome, login)
  expect(existsSync(home)).toBe(true)
  return readdirSync(home, { recursive: true })
    .map(String)
    .filter((name) => !name.includes('dovecot'))
    .sort()
}
