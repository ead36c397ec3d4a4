import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { cliActor, type PersonActor } from '../../src/access/policy.ts'
import { QuotaMb } from '../../src/accounts/account.ts'
import { compose } from '../../src/main/compose.ts'
import { parseConfig } from '../../src/main/config.ts'
import { schedule } from '../../src/main/schedule.ts'
import { work, type Worker } from '../../src/main/work.ts'
import { halfOpenProxy } from '../directory/proxy.ts'
import { hours, later } from '../../src/kernel/clock.ts'
import { addDays, dayOf } from '../../src/kernel/day.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { valuesOf } from '../../src/directory/operations.ts'
import type { Finding, Run } from '../../src/reconcile/finding.ts'
import { actsFor } from '../../src/reconcile/compare.ts'
import { manyPeople, type Member } from '../support/many.ts'
import { replicaOf } from '../support/replica.ts'
import { saboteur, type Deed, type Saboteur } from '../support/sabotage.ts'
import { scaled, seeded } from '../support/scale.ts'
import { until } from '../support/waiting.ts'
import { allowed, seedStaff, seedUnits, startSystem, type System } from '../support/system.ts'

let system: System
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let [first, second]: PersonActor[] = []
let members: Member[]
let enemy: Saboteur

beforeAll(async () => {
  system = await startSystem()
  const { services } = system
  units = await seedUnits(services)
  first = await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng')
  second = await seedStaff(services, 'it-staff', units.province, 'Vũ Hải Đăng')
  members = await manyPeople(services, scaled(5_000), [units.agency, units.department, units.other])
  await services.provisioner.run()
  enemy = await saboteur(system)
}, 600_000)
afterAll(async () => {
  await enemy.stop()
  await system.stop()
})

const change = () => allowed('reconcile.change', first)
const read = () => allowed('reconcile.read', first)
const everything = { kind: null, target: null, state: null, unit: null, q: '', run: null } as const

async function compare(believe: string | null = null): Promise<Run> {
  const run = await system.services.reconcile.runs.now(change(), { kind: 'all' }, believe)
  if (!run) throw new Error('somebody else compares')
  return run
}
const findings = async (): Promise<Finding[]> =>
  (await system.services.reconcile.findings(read(), everything, { limit: 10_000, offset: 0 })).findings
const told = (all: readonly Finding[]) =>
  all.map(({ target, kind, login, name }) => `${target} ${kind} ${login ?? name}`).sort()
const expected = (deeds: readonly Deed[]) => deeds.map(({ target, kind, name }) => `${target} ${kind} ${name}`).sort()

/** A plan for all findings that the act fits; released by two where the brake holds it. */
async function carryOut(act: 'repair' | 'remove' | 'accept', all: readonly Finding[]): Promise<void> {
  const { reconcile, brakes } = system.services
  const ids = all.filter((finding) => actsFor(finding).includes(act)).map(({ id }) => id)
  const plan = await reconcile.plans.make(change(), act, ids)
  if (!plan.ok) throw new Error(plan.refusal.kind)
  const started = await reconcile.plans.start(change(), plan.value)
  if (started.ok) return
  if (started.refusal.kind !== 'held') throw new Error(started.refusal.kind)
  const { holdId } = started.refusal
  await brakes.ask(allowed('brake.release', first), holdId, 'Đã đối chiếu từng mục với hồ sơ')
  expect(await brakes.release(allowed('brake.release', second), holdId)).toMatchObject({ ok: true })
}
const tidy = () => allowed('system.tidy', { kind: 'job', id: 'job:test', name: 'test' })

describe('sabotage on real servers', () => {
  let deeds: Deed[]

  test('is not seen where there is none', async () => {
    expect(await compare()).toMatchObject({ state: 'done', doubt: null, mailDoubt: null, inFlight: 0 })
    expect(told(await findings())).toEqual([])
  })

  test('is found, every deed with its kind', async () => {
    deeds = await enemy.commit(scaled(500) - 1, members, seeded(5))
    const group = await enemy.connection.search(system.services.config.ldap.baseDn, {
      scope: 'sub',
      filter: { equal: ['objectClass', 'congvuGroup'] },
      attributes: ['member', 'congvuId'],
    })
    const agency = group.find((entry) => valuesOf(entry, 'member').length > 10)
    const untouched = members.find(({ login }) => !deeds.some(({ name }) => name === login))
    const outsider = members.find(({ unitId }) => unitId !== untouched?.unitId)
    if (!agency || !outsider) throw new Error('no group')
    const others = members.filter(({ login }) => !valuesOf(agency, 'member').some((dn) => dn.includes(login)))
    await enemy.swapMembers(agency.dn, enemy.dnOf(others[0] as Member))

    expect(await compare()).toMatchObject({ state: 'done', doubt: null, mailDoubt: null })
    const found = await findings()
    const ofGroups = found.filter(({ subject }) => subject?.kind === 'group')
    expect(ofGroups.map(({ kind, target }) => `${target} ${kind}`)).toEqual(['directory members'])
    expect(told(found.filter(({ subject }) => subject?.kind !== 'group'))).toEqual(expected(deeds))
  })

  test('is described attribute by attribute, without anybody’s password', async () => {
    const found = await findings()
    const of = (act: Deed['act']) => {
      const deed = deeds.find((each) => each.act === act)
      return found.find(({ login, name }) => (login ?? name) === deed?.name)
    }
    expect(of('title')?.differences).toEqual([{ attribute: 'title', is: ['Thủ trưởng'], should: ['Chuyên viên'] }])
    expect(of('password')?.differences).toEqual([{ attribute: 'userPassword', is: [], should: ['•••'] }])
    expect(of('move')?.differences.map(({ attribute }) => attribute)).toEqual(['dn'])
    expect(of('revision-up')).toMatchObject({ newer: true })
    expect(of('strange-double')?.others).toHaveLength(1)
  })

  test('is repaired, and nothing but strangers is found after it', async () => {
    const before = await findings()
    await carryOut('repair', before)
    await system.services.provisioner.run()
    expect(await compare()).toMatchObject({ state: 'done', doubt: null })
    const strangers = deeds.filter(({ act }) => ['stranger', 'strange-double', 'strange-home', 'copy'].includes(act))
    expect(told(await findings())).toEqual(expected(strangers))
    // Members that were moved are where they were, under their own names.
    const moved = deeds.filter(({ act }) => act === 'move' || act === 'rename')
    for (const { name } of moved) {
      const [entry] = await enemy.connection.search(`uid=${name},ou=people,${system.services.config.ldap.baseDn}`, {
        scope: 'base',
        filter: { present: 'uid' },
        attributes: ['uid'],
      })
      expect(entry ? valuesOf(entry, 'uid') : null).toEqual([name])
    }
  })

  test('leaves strangers untouched until somebody decides, and two people remove them', async () => {
    const { reconcile } = system.services
    const before = await findings()
    const homes = before.filter(({ target }) => target === 'mail')
    for (const { login } of homes) expect(existsSync(enemy.home(login ?? ''))).toBe(true)
    const [ignored, ...others] = before.filter(({ kind, target }) => kind === 'extra' && target === 'directory')
    if (!ignored) throw new Error('no stranger')
    const until = addDays(dayOf(new Date()), 30)
    await reconcile.plans.ignore(change(), ignored.id, { until, why: 'Máy quét của phòng họp' })
    await carryOut('remove', [...others, ...before.filter(({ kind }) => kind === 'double')])
    while ((await reconcile.remove(tidy())) > 0);
    expect(await compare()).toMatchObject({ state: 'done', doubt: null })
    const left = await findings()
    expect(told(left.filter(({ target }) => target === 'directory'))).toEqual(told([ignored]))
    expect(left.filter(({ target }) => target === 'mail')).toHaveLength(homes.length)
    expect((await reconcile.open(read())).map(({ kind }) => kind)).toEqual(['extra'])
  })
})

describe('while workers write', () => {
  test('nothing on its way is held for different', async () => {
    const { services } = system
    const chosen = members.slice(0, scaled(100))
    const by = cliActor('test')
    for (const { id } of chosen)
      await services.transaction((tx) => services.accounts.setQuota(tx, by, id, QuotaMb.parse(3072)))
    const before = told(await findings())
    const runs: Run[] = []
    let writing = true
    const comparing = async () => {
      while (writing || runs.length === 0) runs.push(await compare())
    }
    const compared = comparing()
    await Promise.all([services.provisioner.run(), services.provisioner.run()])
    writing = false
    await compared
    expect(runs.every(({ state }) => state === 'done')).toBe(true)
    expect(told(await findings())).toEqual(before)
    expect(await compare()).toMatchObject({ state: 'done', inFlight: 0, fresh: 0 })
    expect(told(await findings())).toEqual(before)
  })
})

describe('at night', () => {
  let worker: Worker | undefined
  const runs = () => system.services.reconcile.runs.list(read(), 10)
  const letters = () => system.services.database.prisma.outbox.count({ where: { template: 'reconciled' } })
  async function night(): Promise<Run | undefined> {
    const { pool } = system.services.database
    await pool.query(`SELECT graphile_worker.add_job('nightly', job_key := 'night')`)
    await until(
      'the job is done',
      async () => {
        const { rows } = await pool.query(`SELECT FROM graphile_worker.jobs WHERE key = 'night'`)
        return rows.length === 0
      },
      120_000,
    )
    await until('nothing is compared', async () => (await runs()).every(({ endedAt }) => endedAt !== null), 60_000)
    return (await runs())[0]
  }

  // Mailboxes were looked at; the directory is what is left.
  beforeAll(async () => {
    const { pauses, clock } = system.services
    const until = later(clock(), hours(1))
    await pauses.pause(allowed('sync.change', first), { target: 'mail', until, why: 'Chỉ xem danh bạ' })
  })

  afterAll(() => worker?.stop())

  test('begins at ten past two in Vietnam', () => {
    const nightly = schedule().find(({ task }) => task === 'nightly')
    const at = (hour: number, min: number) => nightly?.match({ min, hour, date: 28, month: 11, dow: 6 })
    expect([at(19, 10), at(19, 11), at(2, 10)]).toEqual([true, false, false])
  })

  test('a worker compares everything once, and writes to IT staff of what is new, once', async () => {
    const { services, servers } = system
    const { prisma } = services.database
    const victim = members.at(-1)
    await enemy.connection.modify(enemy.dnOf(victim as Member), [
      { operation: 'replace', attribute: 'title', values: ['Thủ trưởng'] },
    ])
    await prisma.outbox.deleteMany({ where: { template: 'reconciled' } })
    worker = await work(services)
    const run = await night()
    expect(run).toMatchObject({ state: 'done', byName: 'reconcile', scope: { kind: 'all' }, fresh: 1 })
    expect(await letters()).toBe(2)
    // The same night again, as a second worker's clock would have it.
    expect(await night()).toMatchObject({ id: run?.id })
    await until('they are sent', async () => (await prisma.outbox.count({ where: { state: 'waiting' } })) === 0, 60_000)
    const sent = servers.sink.letters().filter(({ text }) => text.includes('/doi-soat'))
    expect(sent.flatMap(({ receivers }) => receivers).sort()).toEqual([first?.address, second?.address].sort())
    // The next night finds nothing new, and says nothing.
    await prisma.reconcileRun.updateMany({
      where: { id: run?.id ?? '' },
      data: { askedAt: new Date(Date.now() - 86_400_000) },
    })
    const next = await night()
    expect(next).toMatchObject({ state: 'done', byName: 'reconcile', fresh: 0 })
    expect(next?.id).not.toBe(run?.id)
    expect(await letters()).toBe(2)
    await carryOut(
      'repair',
      (await findings()).filter(({ login }) => login === victim?.login),
    )
    await services.provisioner.run()
    expect(await compare()).toMatchObject({ state: 'done' })
  }, 300_000)
})

describe('a directory that is not to be believed', () => {
  const limits = (size: string) => `dn: olcDatabase={1}mdb,cn=config
changetype: modify
replace: olcLimits
olcLimits: {0}dn.exact="${system.services.config.ldap.bindDn}" ${size}
`
  async function limit(size: string): Promise<void> {
    const modify = promisify(execFile)('ldapmodify', ['-Q', '-Y', 'EXTERNAL', '-H', system.servers.slapd.adminUrl])
    modify.child.stdin?.end(limits(size))
    await modify
  }
  /** What ends as “cannot tell”: nothing of what was known is changed, and nothing becomes due. */
  async function unsure(doubt: object): Promise<Run> {
    const before = await findings()
    const due = await system.services.sync.counts(allowed('sync.read', first))
    const run = await compare()
    expect(run).toMatchObject({ state: 'cannot-tell', doubt })
    expect(told(await findings())).toEqual(told(before))
    expect((await system.services.sync.counts(allowed('sync.read', first))).behind).toBe(due.behind)
    return run
  }
  test('cuts its answer at a limit of its own', async () => {
    await limit('size=500 size.pr=500 size.prtotal=500')
    await unsure({ kind: 'size-limit' })
    await limit('size=unlimited time=unlimited size.pr=unlimited size.prtotal=unlimited')
    expect(await compare()).toMatchObject({ state: 'done' })
  })

  test('goes away in the middle of its answer', async () => {
    const proxy = await halfOpenProxy(Number(new URL(system.services.config.ldap.url).port))
    const through = compose(
      parseConfig({ ...system.env, LDAP_URL: `ldaps://127.0.0.1:${proxy.port}`, LDAP_TIMEOUT_MS: '3000' }),
      system.services.log,
      { connections: 5 },
    )
    proxy.cutAfter(150_000)
    const before = told(await findings())
    const run = await through.reconcile.runs.now(change(), { kind: 'all' })
    expect(run).toMatchObject({ state: 'cannot-tell', doubt: { kind: 'faulty' } })
    expect(told(await findings())).toEqual(before)
    await through.close()
    await proxy.stop()
  })

  test('is a copy that does not follow any more', async () => {
    const { services, servers } = system
    const replica = await replicaOf(servers)
    const through = compose(parseConfig({ ...system.env, LDAP_URL: replica.url }), services.log, { connections: 5 })
    const compared = () => through.reconcile.runs.now(change(), { kind: 'all' })
    const follows = () => until('it follows', async () => (await compared())?.state === 'done', 60_000)
    await replica.follow()
    await follows()

    await replica.halt()
    for (const { id } of members.slice(-5))
      await services.transaction((tx) => services.accounts.setQuota(tx, cliActor('test'), id, QuotaMb.parse(5120)))
    await services.provisioner.run()
    expect(await compare()).toMatchObject({ state: 'done', fresh: 0 })
    const before = told(await findings())
    expect(await compared()).toMatchObject({ state: 'cannot-tell', doubt: { kind: 'older' } })
    expect(told(await findings())).toEqual(before)
    await replica.follow()
    await follows()
    expect(told(await findings())).toEqual(before)
    await through.close()
    await replica.stop()
  })

  test('was restored from an older backup, or was emptied; somebody who knows why may believe it', async () => {
    const { services, servers } = system
    await services.pauses.resume(allowed('sync.change', first), 'mail')
    const folder = (name: string) => join(servers.folder, 'slapd', name)
    const tool = (name: string, ...more: string[]) =>
      promisify(execFile)(`/usr/sbin/${name}`, [...more, '-n', '1', '-F', folder('slapd.d')])
    /** By its own tools: the file of the database is as large as it may ever become. */
    const holds = async (ldif: string) => {
      await servers.slapd.stop()
      rmSync(folder('data'), { recursive: true })
      mkdirSync(folder('data'))
      await tool('slapadd', '-q', '-l', folder(ldif))
      await servers.slapd.start()
    }
    await tool('slapcat', '-l', folder('backup.ldif'))
    const changed = members.slice(0, 20)
    for (const { id } of changed)
      await services.transaction((tx) => services.accounts.setQuota(tx, cliActor('test'), id, QuotaMb.parse(4096)))
    await services.provisioner.run()
    expect(await compare()).toMatchObject({ state: 'done' })

    await holds('backup.ldif')
    await unsure({ kind: 'older' })
    await holds('tree.ldif')
    await unsure({ kind: 'empty' })

    await holds('backup.ldif')
    const why = 'Khôi phục bản sao lưu đêm qua'
    expect(await compare(why)).toMatchObject({ state: 'done', believe: why })
    const stale = (await findings()).filter(({ kind }) => kind === 'different')
    expect(stale.map(({ login }) => login).sort()).toEqual(changed.map(({ login }) => login).sort())
    await carryOut('repair', stale)
    // Connections of before the restart are found broken first.
    const inStep = async () => {
      await services.provisioner.run()
      return (await services.sync.counts(allowed('sync.read', first))).behind === 0
    }
    await until('all is repaired', inStep, 60_000)
    await compare()
    expect((await findings()).filter(({ kind }) => kind === 'different')).toEqual([])
  }, 600_000)
})
