import { afterAll, beforeAll, beforeEach, describe, expect, test } from '../support/jest.ts'
import { randomUUID } from 'node:crypto'
import type { Router } from 'express'
import { DEFAULT_POLICY } from '../../src/addresses/naming.ts'
import { QuotaMb } from '../../src/accounts/account.ts'
import { defaultQuotas } from '../../src/accounts/quota.ts'
import { DEFAULT_LIFE } from '../../src/accounts/life-policy.ts'
import { DEFAULT_BRAKE } from '../../src/brake/brake.ts'
import { cliActor, type PersonActor } from '../../src/access/policy.ts'
import { addDays, dayOf, type Day } from '../../src/kernel/day.ts'
import { LocalPart } from '../../src/kernel/email-address.ts'
import type { AccountId, RequestId, UnitId } from '../../src/kernel/ids.ts'
import { clientOf, startApi, tokenOf, type ApiSystem, type Client } from '../support/api.ts'
import { decided, done } from '../support/shared.ts'
import { allowed, approveAs, seedStaff, seedUnits, someDetails, submitted, unique } from '../support/system.ts'

/** Who asks, each with every scope that their roles make possible; as in test/web/routes.spec.ts. */
const ROLES = ['nobody', 'person', 'department', 'agency', 'other', 'it-staff', 'auditor'] as const
type Role = (typeof ROLES)[number]
/** Whose request, account or unit it is about: the agency's own, its department's, the other agency's. */
const PLACES = ['agency', 'department', 'other'] as const
type Place = (typeof PLACES)[number]
/** One status for every place, or one for each in their order. */
type Cell = number | readonly [agency: number, department: number, other: number]
type Row = readonly Cell[]

/** What an administrator of the department, of the agency and of the other agency reaches. */
const within = (ok: number): readonly [Cell, Cell, Cell] => [
  [404, ok, 404],
  [ok, ok, 404],
  [404, 404, ok],
]
const everybody = (ok: number): Row => [401, ok, ok, ok, ok, ok, ok]
const staff = (ok: number): Row => [401, 403, ok, ok, ok, ok, ok]
const scoped = (ok: number): Row => [401, 403, ...within(ok), ok, ok]
const centre = (ok: number): Row => [401, 403, 403, 403, 403, ok, ok]
const itStaff = (ok: number): Row => [401, 403, 403, 403, 403, ok, 403]
/** Only at the nearest seat; whoever holds one above takes the request over first. */
const bySeat = (ok: number): Row => [401, 403, [404, ok, 404], [ok, 403, 404], [404, 404, ok], 403, 403]

/** Every route, and what becomes of it for each of the ROLES in their order. */
const TABLE: Readonly<Record<string, Row>> = {
  'GET /me': everybody(200),
  'GET /me/account': everybody(200),

  'GET /units': staff(200),
  'GET /unit-search': everybody(200),
  'GET /units/:id': scoped(200),
  'POST /units': itStaff(201),
  'POST /units/:id/versions': itStaff(200),

  'GET /requests': staff(200),
  'GET /request-counts': staff(200),
  'GET /requests/:id': scoped(200),
  'GET /requests/:id/official-letter': scoped(200),
  'GET /requests/:id/submissions': scoped(200),
  'GET /requests/:id/comments': scoped(200),
  'POST /requests/:id/comments': [401, 403, ...within(201), 201, 403],
  'POST /requests/:id/number': [401, 403, ...within(200), 200, 403],
  'POST /requests/:id/approval': bySeat(200),
  'POST /requests/:id/return': bySeat(200),
  'POST /requests/:id/rejection': bySeat(200),
  'POST /requests/:id/take-over': [401, 403, [404, 409, 404], [409, 200, 404], [404, 404, 409], 200, 403],
  // An outcome for each: who may not decide about one is told so in it.
  'POST /request-approvals': [401, 403, 200, 200, 200, 200, 403],
  'POST /request-returns': [401, 403, 200, 200, 200, 200, 403],
  'GET /me/requests': everybody(200),
  'POST /me/requests': everybody(201),
  'POST /me/request-drafts': everybody(201),
  // A request is its own asker's: nobody else, whatever their role, finds it there.
  'GET /me/requests/:id': [401, 200, 404, 404, 404, 404, 404],
  'GET /me/requests/:id/address-proposals': [401, 200, 404, 404, 404, 404, 404],
  'PUT /me/requests/:id/official-letter': [401, 200, 404, 404, 404, 404, 404],
  'GET /me/requests/:id/official-letter': [401, 200, 404, 404, 404, 404, 404],
  'POST /me/requests/:id/submission': [401, 200, 404, 404, 404, 404, 404],
  'POST /me/requests/:id/correction': [401, 200, 404, 404, 404, 404, 404],
  'POST /me/requests/:id/withdrawal': [401, 200, 404, 404, 404, 404, 404],
  'GET /waiting-times': staff(200),
  'GET /deputies': staff(200),
  'POST /deputies': [401, 403, 201, 201, 201, 201, 403],
  'DELETE /deputies/:id': [401, 403, 403, 204, 403, 204, 403],

  'GET /accounts': staff(200),
  'GET /accounts/:id': scoped(200),
  'GET /accounts/:id/sync': centre(200),
  'POST /accounts/:id/sync': itStaff(202),
  'POST /accounts/:id/activation-link': [401, 403, ...within(200), 200, 403],
  'POST /accounts/:id/activation-slip': [401, 403, ...within(200), 200, 403],

  // Nobody there has a password yet.
  'POST /accounts/:id/password-link': [401, 403, ...within(409), 409, 403],
  'POST /accounts/:id/password-slip': [401, 403, ...within(409), 409, 403],
  'GET /people': centre(200),
  'GET /people/:id': centre(200),
  'POST /people/:id/number': itStaff(201),
  'POST /people/:id/merge': itStaff(201),
  'GET /policies/mailbox-sizes': centre(200),
  'PUT /policies/mailbox-sizes': itStaff(200),
  'GET /unused-accounts': staff(200),
  'POST /accounts/:id/changes': [401, 403, ...within(201), 201, 403],
  'GET /accounts/:id/changes': scoped(200),
  'GET /changes': staff(200),
  'GET /changes/:id': scoped(200),
  // It waits for IT staff, and whoever administers the unit may say no.
  'POST /changes/:id/agreement': [401, 403, [404, 403, 404], [403, 403, 404], [404, 404, 403], 200, 403],
  'POST /changes/:id/refusal': [401, 403, ...within(200), 200, 403],
  'DELETE /changes/:id': [401, 403, ...within(200), 200, 403],
  'GET /policies/life': centre(200),
  'GET /policies/life/versions': centre(200),
  'PUT /policies/life': itStaff(200),

  'GET /letter-texts': centre(200),
  'GET /letter-texts/:letter/:language': centre(200),
  'GET /letter-texts/:letter/:language/versions': centre(200),
  'PUT /letter-texts/:letter/:language': itStaff(200),
  'GET /undelivered-letters': centre(200),
  'POST /undelivered-letters/:id/retry': itStaff(204),
  'POST /letter-retries': itStaff(200),

  'GET /me/lists': everybody(200),
  'GET /lists': staff(200),
  'GET /lists/:id': scoped(200),
  'GET /lists/:id/members': scoped(200),

  'GET /address-proposals': centre(200),
  'GET /addresses/:local': centre(200),
  'POST /addresses/:local/release': itStaff(204),
  'POST /addresses/:local/release/confirmation': itStaff(403),
  'DELETE /addresses/:local/release': itStaff(204),
  'GET /domains': centre(200),
  'POST /domains': itStaff(204),
  'DELETE /domains/:name': itStaff(204),

  'GET /policies/naming': centre(200),
  'GET /policies/naming/versions': centre(200),
  'PUT /policies/naming': itStaff(200),
  'GET /policies/steps': centre(200),
  'GET /policies/steps/versions': centre(200),
  'PUT /policies/steps/rules': itStaff(200),
  'POST /policies/steps/removals': itStaff(200),

  'GET /roles': centre(200),
  'GET /roles/:id': centre(200),
  'POST /roles': itStaff(201),
  'DELETE /roles/:id': itStaff(204),

  'GET /sync/behind': centre(200),
  'GET /sync/counts': centre(200),
  'POST /sync/repairs': itStaff(202),

  'GET /reconciliations': centre(200),
  'POST /reconciliations': itStaff(202),
  'GET /reconciliations/:id': centre(200),
  'GET /findings': centre(200),
  'GET /findings/:id': centre(200),
  'PUT /findings/:id/ignored': itStaff(200),
  'DELETE /findings/:id/ignored': itStaff(204),
  'POST /repair-plans': itStaff(201),
  'GET /repair-plans/:id': centre(200),
  'POST /repair-plans/:id/start': itStaff(202),

  'GET /brake/holds': centre(200),
  'GET /brake/holds/:id': centre(200),
  'POST /brake/holds/:id/request': itStaff(409),
  'POST /brake/holds/:id/release': itStaff(403),
  'POST /brake/holds/:id/refusal': itStaff(200),
  'GET /policies/brake': centre(200),
  'PUT /policies/brake': itStaff(200),

  'GET /holiday-years/:year': centre(200),
  'PUT /holiday-years/:year': itStaff(200),
  'POST /holidays': itStaff(200),
  'DELETE /holidays/:day': itStaff(204),

  'GET /audit': centre(200),
  'GET /audit/verification': centre(200),
}

type Case = {
  /** With what varies filled in. */
  readonly path: string
  readonly body?: unknown
  /** Where the ETag of what it changes is read. */
  readonly tagged?: string
}

let system: ApiSystem
let units: Record<'province' | Place, UnitId>
let approver: PersonActor
let accounts: Record<Place, AccountId>
let requests: Record<Place, string>
let lists: Record<Place, string>
let clients: Record<Role, Client>
/** The agency's administrator, and the number of somebody who may stand for them. */
let heads: { agency: PersonActor }
let deputy: string
/** Somebody without a role, of the agency. */
let requester: PersonActor
/** The accounts of those who ask. */
let askers: Partial<Record<Role, AccountId>>
/** Another of IT staff. */
let colleague: PersonActor

beforeAll(async () => {
  system = await startApi()
  const { services } = system
  units = await seedUnits(services)
  approver = await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng')
  const person = await issued('agency', 'Chu Văn Quý')
  await services.database.prisma.account.update({ where: { id: person }, data: { state: 'active' } })
  accounts = { agency: await issued('agency'), department: await issued('department'), other: await issued('other') }
  deputy = await loginOf(person)
  colleague = await seedStaff(services, 'it-staff', units.province, 'Vũ Hải Đăng')
  const owners = {
    person: { accountId: person },
    department: await seedStaff(services, 'unit-admin', units.department, 'Trần Thị Minh Hà'),
    agency: await seedStaff(services, 'unit-admin', units.agency, 'Bùi Vũ Khánh Huyền'),
    other: await seedStaff(services, 'unit-admin', units.other, 'Lục Văn Sìn'),
    'it-staff': approver,
    auditor: await seedStaff(services, 'auditor', units.province, 'Chíu Thị Hường'),
  }
  heads = { agency: owners.agency }
  const plain = await services.actors.byId(person)
  if (plain === null) throw new Error('The person is not there')
  requester = plain
  askers = Object.fromEntries(Object.entries(owners).map(([role, { accountId }]) => [role, accountId]))
  clients = { nobody: clientOf(system, null) } as typeof clients
  for (const [role, owner] of Object.entries(owners))
    clients[role as Role] = clientOf(system, await tokenOf(services, owner))
  lists = { agency: await listOf('agency'), department: await listOf('department'), other: await listOf('other') }
  requests = { agency: await asked('agency'), department: await asked('department'), other: await asked('other') }
}, 60_000)
afterAll(() => system.stop())
beforeEach(() => system.calm())

const asked = (place: Place, fullName = 'Đặng Quốc Bảo') =>
  submitted(system.services, someDetails(units[place], { fullName }))
async function issued(place: Place, fullName = 'Hoàng Phạm Thị Thùy Dương'): Promise<AccountId> {
  return approveAs(system.services, approver, await asked(place, fullName))
}

/** A hold that somebody of IT staff has asked for, and a second one must agree to. */
async function proposed(place: Place): Promise<string> {
  const asked = {
    ...{ command: { type: 'hold' as const }, on: dayOf(new Date()), why: 'Theo yêu cầu của thanh tra', letter: null },
  }
  const made = await system.services.lives.ask(allowed('life.keep', colleague), await issued(place), asked)
  if (!made.ok) throw new Error(made.refusal.kind)
  return made.value.id
}

/** A list of everybody in a unit. */
async function listOf(place: Place): Promise<string> {
  const { services } = system
  const unitId = units[place]
  const local = LocalPart.parse(`ds${unique()}`)
  const rule = [{ by: 'unit' as const, unitId, below: true }]
  const asked = { name: 'Toàn thể cơ quan', unitId, local, rule, posting: { who: 'anyone' as const } }
  return done(decided(services, local, (tx, request) => services.lists.create(tx, cliActor('test'), request, asked)))
}

/** A larger mailbox for somebody. */
const quota = (accountId: AccountId | undefined, quotaMb: number) => ({
  ...{
    kind: 'quota' as const,
    accountId: accountId ?? requester.accountId,
    quotaMb: QuotaMb.parse(quotaMb),
    why: 'Hộp thư sắp đầy',
  },
})
const PDF = Buffer.from('%PDF-1.7\n')
/** What the person is about to ask for, with its official letter. */
async function drafted(): Promise<RequestId> {
  const { requests } = system.services
  const ask = quota(requester.accountId, 4_096)
  const id = await done(requests.ask(allowed('own.request', requester), ask, { language: 'vi' }))
  await done(
    requests.attachLetter(id, { number: '1/SNV', date: '2026-11-02' as Day }, { name: 'cv.pdf', content: PDF }),
  )
  return id
}
/** What the person asked for, and perhaps is to correct. */
async function ownRequest(returned: boolean): Promise<RequestId> {
  const { requests } = system.services
  const ask = quota(requester.accountId, 4_096)
  const id = await done(requests.askAndSend(allowed('own.request', requester), ask, { chosen: null, language: 'vi' }))
  if (!returned) return id
  const permit = allowed('request.decide', heads.agency)
  const view = await requests.read(allowed('request.read', heads.agency), id)
  await done(requests.return(permit, id, { version: view?.version ?? 0, comment: 'Bổ sung số quyết định' }))
  return id
}

let turns = 0
/** A small number, each once in this file. */
const turn = (): number => ++turns

/** Two days that nobody else in this file has, some days ahead. */
function nextDays(): [Day, Day] {
  const from = addDays(dayOf(new Date()), 10 + 2 * turn())
  return [from, addDays(from, 1)]
}

/** An address that has lived; whether its release was asked for. */
async function tombstone(release: boolean): Promise<string> {
  const { services } = system
  const id = await issued('other', 'Ứng Văn Ẩn')
  await services.transaction((tx) => services.addresses.bury(tx, id))
  const { local } = await services.database.prisma.address.findFirstOrThrow({ where: { holderId: id } })
  const permit = allowed('address.release', approver)
  if (release) await services.tombstones.ask(permit, LocalPart.parse(local), 'Cấp nhầm, chưa ai dùng')
  return local
}

/** A change of the brake's limits that is held. */
async function held(): Promise<string> {
  const { brakes } = system.services
  const permit = allowed('brake.release', approver)
  const { version } = await brakes.limits.present()
  const policy = { ...DEFAULT_BRAKE, hours: 25 + turn(), few: DEFAULT_BRAKE.few + turn() }
  const done = await brakes.limits.change(permit, { seen: version, policy, why: 'Nới ra để thử nghiệm' })
  if (!done.ok || !('holdId' in done.value)) throw new Error('It is not held')
  return done.value.holdId
}

/** A call that goes through for whoever may; `fresh` where it changes its subject. */
async function caseOf(key: string, place: Place, fresh: boolean, role: Role = 'person'): Promise<Case> {
  const { services } = system
  const route = pathOf(key, ':id')
  const at = (id: string) => pathOf(key, id)
  const unit = units[place]
  const why = 'Theo quyết định mới của tỉnh'
  const facts = { kind: 'department', parentId: units.agency, codes: {}, validFrom: '2026-01-01' }
  switch (key) {
    case 'GET /unit-search':
      return { path: `${route}?q=so+noi+vu` }
    case 'POST /units':
      return { path: route, body: { ...facts, name: `Phòng ${unique()}` } }
    case 'POST /units/:id/versions': {
      const made = await services.units.create(allowed('unit.change'), {
        ...{ name: `Phòng ${unique()}`, kind: 'department', parentId: unit, codes: {} },
        validFrom: '2025-07-01' as never,
      })
      const id = made.ok ? made.value : ''
      return { path: at(id), body: { ...facts, parentId: unit, name: `Phòng ${unique()}` }, tagged: `/units/${id}` }
    }
    case 'POST /requests/:id/approval':
    case 'POST /requests/:id/return':
    case 'POST /requests/:id/rejection':
    case 'POST /requests/:id/take-over': {
      const id = fresh ? await asked(place) : requests[place]
      const approval = key.endsWith('approval')
      const body = approval ? { identity: 'hr-list', handOver: 'link' } : { comment: 'Bổ sung số quyết định' }
      return { path: at(id), body, tagged: `/requests/${id}` }
    }
    case 'POST /requests/:id/comments':
      return { path: at(requests[place]), body: { text: 'Đã xác minh với phòng tổ chức' } }
    case 'POST /me/requests':
      return { path: route, body: { ask: quota(askers[role], 4_096), address: null } }
    case 'POST /me/request-drafts':
      return { path: route, body: { ask: quota(askers[role], 4_096) } }
    case 'GET /requests/:id/official-letter':
    case 'GET /requests/:id/submissions': {
      const id = key.endsWith('submissions') ? await ownRequest(true) : await drafted()
      await done(services.requests.send(allowed('own.request', requester), id))
      // Of the place that it is to be about.
      await services.database.prisma.request.update({ where: { id }, data: { unitId: unit } })
      return { path: at(id) }
    }
    case 'PUT /me/requests/:id/official-letter': {
      const id = await drafted()
      return { path: `${at(id)}?number=12%2FSNV&date=2026-11-02`, body: PDF, tagged: `/me/requests/${id}` }
    }
    case 'GET /me/requests/:id/official-letter':
    case 'GET /me/requests/:id/address-proposals':
      return { path: at(await drafted()) }
    case 'POST /me/requests/:id/submission': {
      const id = await drafted()
      return { path: at(id), body: { address: null }, tagged: `/me/requests/${id}` }
    }
    case 'GET /me/requests/:id':
    case 'POST /me/requests/:id/correction':
    case 'POST /me/requests/:id/withdrawal': {
      const id = await ownRequest(key.endsWith('correction'))
      const correction = {
        body: { ask: quota(requester.accountId, 8_192), address: null },
        tagged: `/me/requests/${id}`,
      }
      return { path: at(id), ...(key.endsWith('correction') ? correction : {}) }
    }
    case 'POST /request-approvals':
      return { path: route, body: { requests: [{ id: requests[place], version: 1 }] } }
    case 'POST /request-returns':
      return {
        path: route,
        body: { requests: [{ id: requests[place], version: 1 }], comment: 'Bổ sung số quyết định' },
      }
    case 'POST /deputies': {
      const [from, to] = nextDays()
      return { path: route, body: { principal: null, deputy: deputy, from, to } }
    }
    case 'DELETE /deputies/:id': {
      const [from, to] = nextDays()
      const permit = allowed('deputy.name', heads.agency)
      await services.deputies.name(permit, { principal: null, deputy, from, to })
      const all = await services.deputies.list(allowed('deputy.read', heads.agency))
      return { path: at(all.at(-1)?.id ?? '') }
    }
    case 'POST /accounts/:id/changes': {
      const command = { type: 'suspend', until: null }
      const id = fresh ? await issued(place) : accounts[place]
      return { path: at(id), body: { command, on: dayOf(new Date()), why, letter: null } }
    }
    case 'GET /changes/:id':
    case 'POST /changes/:id/agreement':
    case 'POST /changes/:id/refusal':
    case 'DELETE /changes/:id': {
      const id = await proposed(place)
      return { path: at(id), ...(key.endsWith('refusal') ? { body: { why } } : {}), tagged: `/changes/${id}` }
    }
    case 'GET /people/:id':
      return { path: at((await services.people.ofAccount(accounts[place])) ?? '') }
    case 'POST /people/:id/number':
    case 'POST /people/:id/merge': {
      const record = async () => (await services.people.ofAccount(fresh ? await issued(place) : accounts[place])) ?? ''
      const grounds = { why, letter: null }
      const number = `031190${String(700000 + unique())}`
      const body = key.endsWith('number')
        ? { number, ...grounds }
        : { other: await record(), number: 'kept', ...grounds }
      return { path: at(await record()), body }
    }
    case 'PUT /policies/mailbox-sizes': {
      const policy = { ...defaultQuotas(services.config.quotaMb), personMb: 3000 + turn() }
      return { path: route, body: { policy, why }, tagged: route }
    }
    case 'PUT /policies/life':
      return { path: route, body: { policy: { ...DEFAULT_LIFE, recoverDays: 100 + turn() }, why }, tagged: route }
    case 'GET /letter-texts/:letter/:language':
    case 'GET /letter-texts/:letter/:language/versions':
      return { path: key.replace('GET ', '').replace(':letter/:language', 'ready/vi') }
    case 'PUT /letter-texts/:letter/:language': {
      const text = { subject: `Hộp thư ${unique()}`, text: 'Hộp thư {dia_chi} đã dùng được: {lien_ket}' }
      return { path: '/letter-texts/ready/vi', body: { text, why }, tagged: '/letter-texts/ready/vi' }
    }
    case 'POST /undelivered-letters/:id/retry': {
      const { rows } = await services.database.pool.query<{ id: string }>(
        `UPDATE outbox SET state = 'failed' WHERE id = (SELECT id FROM outbox LIMIT 1) RETURNING id`,
      )
      return { path: at(encodeURIComponent(rows[0]?.id ?? '')) }
    }
    case 'GET /address-proposals':
      return { path: `${route}?name=${encodeURIComponent('Đặng Thị Hường')}` }
    case 'GET /addresses/:local':
      return { path: at('hoangphamthithuyduong') }
    case 'POST /addresses/:local/release':
      return { path: at(fresh ? await tombstone(false) : 'khongco'), body: { why } }
    case 'POST /addresses/:local/release/confirmation':
    case 'DELETE /addresses/:local/release':
      return { path: at(await tombstone(true)) }
    case 'POST /domains':
      return { path: route, body: { name: `d${unique()}.example.vn`, role: 'alias' } }
    case 'DELETE /domains/:name': {
      const name = `d${unique()}.example.vn`
      await services.domains.add(allowed('naming.change'), { name, role: 'alias' })
      return { path: at(name) }
    }
    case 'PUT /policies/naming':
      return { path: route, body: { policy: { ...DEFAULT_POLICY, reserved: [`tu${unique()}`] }, why }, tagged: route }
    case 'PUT /policies/steps/rules':
    case 'POST /policies/steps/removals': {
      const rule = { of: 'person', place: { kind: 'below', unit: units.other } }
      const body = key.startsWith('PUT')
        ? { rules: [{ ...rule, steps: [{ seat: 'unit-admin', days: 1 + (turn() % 20) }] }], why }
        : { rule, why }
      return { path: route, body, tagged: '/policies/steps' }
    }
    case 'PUT /policies/brake':
      return { path: route, body: { policy: { ...DEFAULT_BRAKE, hours: 300 - turn() }, why }, tagged: route }
    case 'POST /roles':
      return { path: route, body: { holder: await loginOf(await issued(place)), role: 'unit-admin', unitId: unit } }
    case 'GET /roles/:id':
    case 'DELETE /roles/:id': {
      const holder = await loginOf(await issued(place))
      await services.roles.grant(allowed('role.change'), { holder, role: 'unit-admin', unitId: unit })
      const all = await services.roles.list(allowed('role.read'))
      return { path: at(all.find(({ unitId, address }) => unitId === unit && address !== '')?.id ?? randomUUID()) }
    }
    case 'POST /sync/repairs':
      return { path: route, body: { target: null, accounts: await services.database.prisma.account.count() } }
    case 'POST /reconciliations':
      return { path: route, body: { unitId: null, accountId: null } }
    case 'GET /reconciliations/:id': {
      const permit = allowed('reconcile.change')
      return { path: at((await services.reconcile.runs.ask(permit, { kind: 'all' })).id) }
    }
    case 'GET /findings/:id':
    case 'DELETE /findings/:id/ignored':
      return { path: at(await finding(accounts[place])) }
    case 'PUT /findings/:id/ignored':
      return { path: at(await finding(accounts[place])), body: { until: addDays(dayOf(new Date()), 30), why } }
    case 'POST /repair-plans':
      return { path: route, body: { act: 'repair', findings: [await finding(accounts[place])] } }
    case 'GET /repair-plans/:id':
    case 'POST /repair-plans/:id/start': {
      const permit = allowed('reconcile.change')
      const made = await services.reconcile.plans.make(permit, 'repair', [await finding(accounts[place])])
      const id = made.ok ? made.value : randomUUID()
      return { path: at(id), tagged: `/repair-plans/${id}` }
    }
    case 'GET /brake/holds/:id':
    case 'POST /brake/holds/:id/request':
    case 'POST /brake/holds/:id/release':
    case 'POST /brake/holds/:id/refusal': {
      const id = await held()
      return { path: at(id), ...(key.endsWith('request') ? { body: { why } } : {}), tagged: `/brake/holds/${id}` }
    }
    case 'GET /holiday-years/:year':
      return { path: at('2026') }
    case 'PUT /holiday-years/:year':
      return { path: at('2031'), body: { complete: true }, tagged: '/holiday-years/2031' }
    case 'POST /holidays': {
      const day = new Date(Date.UTC(2040, 0, unique())).toISOString().slice(0, 10)
      return { path: route, body: { day, name: 'Nghỉ bù', kind: 'off' } }
    }
    case 'DELETE /holidays/:day': {
      const day = new Date(Date.UTC(2050, 0, unique())).toISOString().slice(0, 10)
      await services.calendar.add(allowed('holiday.change'), { day: day as never, name: 'Nghỉ bù', kind: 'off' })
      return { path: at(day) }
    }
    default:
      if (key.includes('/requests/')) return { path: at(requests[place]) }
      if (key.includes('/lists/')) return { path: at(lists[place]) }
      return { path: at(key.includes('/units/') ? unit : accounts[place]) }
  }
}

/** Something that a comparison found about an account. */
async function finding(account: AccountId): Promise<string> {
  const { prisma } = system.services.database
  const now = new Date()
  const { id } = await prisma.reconcileFinding.create({
    data: {
      ...{ key: randomUUID(), kind: 'missing', target: 'directory', subjectKind: 'account', subjectId: account },
      ...{ name: 'Hoàng Phạm Thị Thùy Dương', detail: { differences: [], others: [], newer: false } },
      ...{ firstAt: now, lastAt: now, firstRun: 1, lastRun: 1 },
    },
  })
  return id
}

async function loginOf(id: AccountId): Promise<string> {
  return (await system.services.database.prisma.account.findUniqueOrThrow({ where: { id } })).login
}

async function call(role: Role, key: string, { path, body, tagged }: Case): Promise<number> {
  const client = clients[role]
  const [method = ''] = key.split(' ')
  const etag = tagged === undefined ? '' : (await client.get(tagged)).etag
  const match = tagged === undefined ? {} : { match: etag === '' ? '"x"' : etag }
  return (await client.send(method.toLowerCase() as 'get', path, body, match)).status
}

/** Where a 403 may be for what it is about, and not for who asks. */
const DEPENDS = /agreement|approval|return|rejection|take-over|deputies|confirmation|brake/
const pathOf = (key: string, id: string): string => (key.split(' ')[1] ?? '').replace(/:\w+/, id)
const isAbout = (key: string) => /^\w+ \/(requests|accounts|units|lists|changes)\/:id/.test(key)
const keys = Object.keys(TABLE)

describe('the table of routes', () => {
  test('holds every route, and no other', () => {
    const routes = system.api.routes.map(({ method, path }) => `${method.toUpperCase()} ${path}`)
    expect(routes.sort()).toEqual([...keys].sort())
    for (const row of Object.values(TABLE)) expect(row).toHaveLength(ROLES.length)
  })

  test('is all that the API answers to, but for its document', () => {
    const router = system.api.app.router as Router
    const known = new Set(system.api.routes.map(({ method, path }) => `${method} ${path}`))
    const doors = doorsOf(router).filter((door) => !known.has(door))
    expect(doors.filter((door) => !door.startsWith('undefined'))).toEqual(['get /openapi.json'])
  })
})

describe.each(keys)('%s', (key) => {
  test('is open to whom it should be, about whom it should be', async () => {
    const found: unknown[] = []
    const wanted: unknown[] = []
    for (const [column, role] of ROLES.entries())
      for (const [index, place] of (isAbout(key) ? PLACES : PLACES.slice(0, 1)).entries()) {
        const cell = TABLE[key]?.[column] ?? 0
        const status = typeof cell === 'number' ? cell : (cell[index] ?? 0)
        // Whoever may not at all is told so before anybody looks at what was sent.
        const stopped =
          status === 401 || (status === 403 && !(DEPENDS.test(key) && role !== 'auditor' && role !== 'person'))
        const what = stopped ? { path: pathOf(key, randomUUID()) } : await caseOf(key, place, status < 300, role)
        found.push([role, place, await call(role, key, what)])
        wanted.push([role, place, status])
      }
    expect(found).toEqual(wanted)
  })
})

const GARBAGE = [
  'x',
  randomUUID(),
  '%27%20OR%201%3D1',
  '%00',
  '*)(uid%3D*',
  '%E1%BB%9F',
  'x'.repeat(2_000),
  '__proto__',
]

test.each(keys.filter((key) => key.includes(':')))('%s answers garbage in its address calmly', async (key) => {
  const [method = '', route = ''] = key.split(' ')
  const { path: whole, body } = await caseOf(key, 'agency', false)
  const query = whole.includes('?') ? whole.slice(whole.indexOf('?')) : ''
  const matched = system.api.routes.some((each) => each.matched && `${each.method.toUpperCase()} ${each.path}` === key)
  for (const id of GARBAGE) {
    const path = route.replace(/:\w+/, id) + query
    const answer = await clients['it-staff'].send(
      method.toLowerCase() as 'get',
      path,
      body,
      matched ? { match: '"x"' } : {},
    )
    // A local part that nobody has is free, which is told.
    const free = key === 'GET /addresses/:local' && answer.body['state'] === 'free'
    expect([id, free || answer.status === 404]).toEqual([id, true])
  }
  const bad = await clients['it-staff'].send(method.toLowerCase() as 'get', route.replace(/:\w+/, '%zz'), body)
  expect([bad.status, bad.problem]).toEqual([400, 'bad-request'])
})

/** Every method and path that a router answers to, those of routers within it too. */
function doorsOf(router: Router): string[] {
  return router.stack.flatMap((layer) => {
    const { route } = layer
    if (route) return route.stack.map((handler) => `${handler.method} ${route.path}`)
    const inner = layer.handle as Partial<Router>
    return inner.stack ? doorsOf(inner as Router) : []
  })
}
