import { once } from 'node:events'
import { createServer } from 'node:http'
import { cliActor, type PersonActor, type Role } from '../../src/access/policy.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { Day } from '../../src/kernel/day.ts'
import type { Services } from '../../src/main/compose.ts'
import { site } from '../../src/main/site.ts'
import { work, type Worker } from '../../src/main/work.ts'
import { freePort } from '../../scripts/servers/ports.ts'
import { applied, atWork, inStep, issued, type Mailbox } from '../support/people.ts'
import { presetOf } from '../../src/reconcile/mapping.ts'
import { decided, done, full, issuedShared, local, setHolders } from '../support/shared.ts'
import { seedReorganisation } from './reorganisations.ts'
import { seedImports } from './imports.ts'
import { withAxe } from './looking.ts'
import { allowed, seedStaff, seedUnits, startSystem, type System } from '../support/system.ts'

export type World = {
  readonly system: System
  readonly base: string
  readonly units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
  /** Each with a mailbox and the PASSWORD of the tests. */
  readonly people: Record<'approver' | 'it' | 'auditor', Mailbox>
  stop(): Promise<void>
}

/** As much of it as the main job takes. */
export type Scene = Pick<World, 'system' | 'base'> & { readonly people: Pick<World['people'], 'approver'> }

const NAMES = [
  ...['Hoàng Phạm Thị Thùy Dương', 'Chíu Sáng', 'Tằng A Pẩu', 'Nguyễn Hoàng Phương Thảo Nguyên', 'Đỗ Quyên'],
  ...['Lê Thị Ngọc Ánh', 'Vũ Đình Khánh', 'Phùn Dì Múi', 'Công Tằng Tôn Nữ Diệu Hiền', 'Bùi Xuân Trường', 'Ứng Văn Ẩn'],
]

/** Real servers, the web service and a worker, and a small office at work. */
export async function startWorld(): Promise<World> {
  const port = await freePort()
  const base = `http://127.0.0.1:${port}`
  const system = await startSystem({ env: { CONGVU_PUBLIC_URL: base, CONGVU_PORT: String(port) } })
  const { services, servers } = system
  const units = await seedUnits(services)
  const seed = await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng')
  const worker: Worker = await work(services)
  const web = await site(services)
  const server = createServer(withAxe(web.app)).listen(port, '127.0.0.1')
  await once(server, 'listening')

  const member = async (fullName: string, unit: UnitId, role: Role, unitId: UnitId | null): Promise<Mailbox> => {
    const who = await atWork(services, servers.sink, seed, unit, { fullName })
    const granted = await services.roles.grant(allowed('role.change'), { holder: who.login, role, unitId })
    if (!granted.ok) throw new Error(granted.refusal.kind)
    return who
  }
  const [approver, it, auditor] = await Promise.all([
    member('Trần Thị Minh Hà', units.agency, 'unit-admin', units.agency),
    member('Vũ Hải Đăng', units.province, 'it-staff', null),
    member('Chíu Thị Hường', units.province, 'auditor', null),
  ])
  await share(services, units, { approver, it })
  await fill(system, units, seed)
  await seedImports(services, seed)
  await seedReorganisation(services, seed, units)
  await compare(system, units)
  return {
    ...{ system, base, units, people: { approver, it, auditor } },
    async stop() {
      server.closeAllConnections()
      server.close()
      web.close()
      await worker.stop()
      await system.stop()
    },
  }
}

/** A function's mailbox that people hold, and a list that reaches them. */
async function share(
  services: Services,
  units: World['units'],
  { approver, it }: Pick<World['people'], 'approver' | 'it'>,
) {
  const holders = [...full(approver), { accountId: it.id, rights: 'read' as const }]
  const asked = { unitId: units.agency, name: 'Văn thư Sở Nội vụ', local: 'vanthu-snv', holders }
  const registry = await issuedShared(services, asked)
  await done(setHolders(services, registry.id, full(approver)))
  const list = {
    ...{ name: 'Cán bộ, công chức, viên chức Sở Nội vụ và các phòng', unitId: units.agency, local: local('canbo-snv') },
    rule: [
      { by: 'unit' as const, unitId: units.agency, below: true },
      { by: 'position' as const, title: 'Giám đốc', unitId: null, below: false },
      { by: 'name' as const, accounts: [it.id, registry.id] },
    ],
    posting: { who: 'named' as const, accounts: [approver.id, registry.id] },
  }
  await done(decided(services, list.local, (tx, request) => services.lists.create(tx, cliActor('test'), request, list)))
  await inStep(services, registry.id)
}

/** Requests in several states, units with long names, and an account that needs a person. */
async function fill({ services }: System, units: World['units'], by: PersonActor): Promise<void> {
  const validFrom = Day.parse('2025-07-01')
  for (const name of [
    'Phòng Xây dựng chính quyền, Công tác thanh niên và Cải cách hành chính',
    'Trung tâm Lưu trữ lịch sử tỉnh',
  ])
    await services.units.create(allowed('unit.change'), {
      ...{ name, kind: 'department', parentId: units.agency, codes: {}, validFrom },
    })
  for (const [index, fullName] of NAMES.entries()) {
    const position = ['Chuyên viên', 'Phó Trưởng phòng', 'Văn thư'][index % 3] ?? ''
    const { request } = await applied(services, index % 2 ? units.department : units.agency, { fullName, position })
    const late = index < 2 ? `now() - interval '${index * 20 + 40} minutes'` : `now() + interval '${index * 3} hours'`
    await services.database.pool.query(`UPDATE request SET due_at = ${late} WHERE id = $1`, [request])
    const permit = allowed('request.decide', by)
    const decided = { version: 2, comment: 'Bổ sung số quyết định tuyển dụng và ngày ký.' }
    if (index === 7) await services.requests.return(permit, request, decided)
    if (index === 8) await services.requests.reject(permit, request, decided)
  }
  const plan = { kind: 'import' as const, id: '1', hash: 'as read', name: 'Danh sách cán bộ tháng 11.xlsx' }
  const passed = await services.transaction((tx) =>
    services.brakes.pass(tx, by, { ...plan, parts: [{ change: 'suspend', unitId: units.agency, n: 312 }] }),
  )
  if (!passed.ok)
    await services.brakes.ask(
      ...([
        allowed('brake.release', by),
        passed.refusal.holdId,
        'Theo Quyết định số 12/QĐ-SNV ngày 20/11/2026',
      ] as const),
    )
  const stuck = await issued(services, by, units.department, { fullName: 'Hoàng Phạm Thị Thùy Dương' })
  await inStep(services, stuck.id)
  await services.database.pool.query(
    `UPDATE sync SET wanted = wanted + 1, attempts = 3, fault = 'refused', detail = 'entry carries another congvuId',
     next_at = now() + interval '1 day' WHERE subject_id = $1 AND target = 'directory'`,
    [stuck.id],
  )
}

/** Some nights' comparisons, one of which could not tell, and what they found. */
async function compare({ services }: System, units: World['units']): Promise<void> {
  const { prisma } = services.database
  const stuck = await prisma.account.findFirstOrThrow({ where: { displayName: 'Hoàng Phạm Thị Thùy Dương' } })
  const night = (ago: number) => new Date(services.clock().getTime() - ago * 86_400_000)
  const by = { byId: 'job:reconcile', byName: 'reconcile' }
  for (const [ago, found] of [9, 8, 7, 6, 5, 4, 3, 2].map(
    (each, n) => [each, [0, 0, 1, 14, 3, 0, 2, 0][n] ?? 0] as const,
  )) {
    const at = { askedAt: night(ago), startedAt: night(ago), endedAt: night(ago) }
    const counts = { missing: 0, half: 0, different: found, members: 0, alias: 0, double: 0, extra: 0 }
    await prisma.reconcileRun.create({
      data: { ...by, ...at, state: 'done', read: 5_840, found: 5_838, expected: 5_838, counts },
    })
  }
  const doubt = { kind: 'shrunk', found: 3_112, expected: 5_838 }
  const at = { askedAt: night(1), startedAt: night(1), endedAt: night(1) }
  await prisma.reconcileRun.create({
    data: { ...by, ...at, state: 'cannot-tell', read: 3_112, found: 3_112, expected: 5_838, doubt },
  })
  const now = { askedAt: night(0), startedAt: night(0), endedAt: night(0) }
  const counts = { missing: 0, half: 0, different: 1, members: 0, alias: 0, double: 1, extra: 1 }
  const { number } = await prisma.reconcileRun.create({
    data: {
      ...by,
      ...now,
      state: 'done',
      read: 5_841,
      found: 5_838,
      expected: 5_838,
      homes: 5_410,
      inspected: 500,
      counts,
      fresh: 3,
    },
  })
  const seen = { target: 'directory', firstRun: number, lastRun: number, firstAt: night(0), lastAt: night(0) }
  const nothing = { differences: [], others: [], newer: false }
  const base = services.config.ldap.baseDn
  const differences = [
    { attribute: 'title', is: ['Thủ trưởng'], should: ['Chuyên viên'] },
    {
      attribute: 'dn',
      is: [`uid=${stuck.login},ou=cu,ou=people,${base}`],
      should: [`uid=${stuck.login},ou=people,${base}`],
    },
  ]
  await prisma.reconcileFinding.createMany({
    data: [
      {
        ...{
          ...seen,
          key: 'a',
          kind: 'different',
          subjectKind: 'account',
          subjectId: stuck.id,
          unitId: units.department,
        },
        ...{ name: stuck.displayName, login: stuck.login, detail: { ...nothing, differences } },
      },
      {
        ...{
          ...seen,
          key: 'b',
          kind: 'double',
          name: 'thuyduong.cu',
          dn: `uid=thuyduong.cu,ou=people,${base}`,
          remoteId: 'b',
        },
        detail: {
          ...nothing,
          others: [{ dn: `uid=${stuck.login},ou=people,${base}`, over: 'mail:thuyduong@quangninh.gov.vn' }],
        },
      },
      {
        ...{
          ...seen,
          key: 'c',
          kind: 'extra',
          name: 'Máy quét phòng họp',
          dn: `cn=Máy quét phòng họp,ou=people,${base}`,
          remoteId: 'c',
        },
        detail: nothing,
      },
    ],
  })
  await readDirectory(services)
}

/** A directory of before that was read, and not taken over yet. */
async function readDirectory({ database, clock }: Services): Promise<void> {
  const { prisma } = database
  const counts = { read: 3, known: 1, link: 0, new: 1, left: 0, review: { 'no-mail': 1 } }
  const capabilities = { vendor: 'OpenLDAP', pagedResults: true, schema: true, identifiers: true, transactions: true }
  const by = { byId: 'cli:test', byName: 'Lê Đức Thắng', askedAt: clock(), readAt: clock() }
  const { id } = await prisma.adoption.create({
    data: {
      ...{ ...by, state: 'preview', preset: 'inetOrgPerson', mapping: presetOf('inetOrgPerson'), hash: 'as read' },
      ...{ counts, capabilities },
    },
  })
  const entry = (n: number, kind: string, name: string, more: object) => ({
    ...{ adoptionId: id, n, kind, name, dn: `uid=cu.${n},ou=nhansu,dc=quangninh,dc=gov,dc=vn`, remoteId: `cu-${n}` },
    ...{ login: `cu.${n}`, ...more },
  })
  await prisma.adoptionEntry.createMany({
    data: [
      entry(1, 'new', 'Nguyễn Hoàng Phương Thảo Nguyên', { mail: 'nguyen.cu@quangninh.gov.vn' }),
      entry(2, 'review', 'Công Tằng Tôn Nữ Diệu Hiền', { why: 'no-mail' }),
      entry(3, 'known', 'Vũ Hải Đăng', { mail: 'dang.cu@quangninh.gov.vn' }),
    ],
  })
}
