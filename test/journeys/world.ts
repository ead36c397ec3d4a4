import { cliActor, type PersonActor, type Role } from '../../src/access/policy.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { Day } from '../../src/kernel/day.ts'
import type { Services } from '../../src/main/compose.ts'
import { serve, type WebServer } from '../../src/main/serve.ts'
import { work, type Worker } from '../../src/main/work.ts'
import { freePort } from '../../scripts/servers/ports.ts'
import { applied, atWork, inStep, issued, type Mailbox } from '../support/people.ts'
import { decided, done, full, issuedShared, local, setHolders } from '../support/shared.ts'
import { allowed, seedStaff, seedUnits, startSystem, type System } from '../support/system.ts'

export type World = {
  readonly system: System
  readonly base: string
  readonly units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
  /** Each with a mailbox and the PASSWORD of the tests. */
  readonly people: Record<'approver' | 'it' | 'auditor', Mailbox>
  stop(): Promise<void>
}

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
  const web: WebServer = await serve(services)

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
  return {
    ...{ system, base, units, people: { approver, it, auditor } },
    async stop() {
      await web.stop()
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
