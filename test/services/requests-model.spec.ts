import { afterAll, beforeAll, expect, test } from '../support/jest.ts'
import fc from 'fast-check'
import { jobActor, permit, type PersonActor } from '../../src/access/policy.ts'
import { addDays, dayFromDb, type Day } from '../../src/kernel/day.ts'
import type { RequestId, UnitId } from '../../src/kernel/ids.ts'
import { remindApprovers } from '../../src/main/tidy.ts'
import { StepsTaken, type Act } from '../../src/requests/course.ts'
import type { RequestState } from '../../src/requests/request.ts'
import type { StepSeat } from '../../src/requests/seats.ts'
import { movedClock } from '../support/clock.ts'
import { startOffice, type Office } from '../support/database.ts'
import { scaled } from '../support/scale.ts'
import { allowed, seedStaff, seedUnits, someDetails, submitted } from '../support/system.ts'

const clock = movedClock()
let office: Office
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let parents: ReadonlyMap<UnitId, UnitId | null>
type Place = keyof typeof units
type Role = { readonly role: 'unit-admin' | 'it-staff'; readonly at: Place }
/** Who they are, and the role that each begins a run with. */
const STAFF: readonly (Role & { readonly name: string })[] = [
  { name: 'Chu Văn Quý', role: 'unit-admin', at: 'department' },
  { name: 'Trần Thị Minh Hà', role: 'unit-admin', at: 'agency' },
  { name: 'Bùi Thị Lan', role: 'unit-admin', at: 'province' },
  { name: 'Lục Văn Sìn', role: 'unit-admin', at: 'other' },
  { name: 'Lê Đức Thắng', role: 'it-staff', at: 'province' },
  { name: 'Chíu Thị Hường', role: 'it-staff', at: 'province' },
  { name: 'Vũ Hải Đăng', role: 'it-staff', at: 'province' },
]
let people: readonly PersonActor[]
const job = allowed('system.tidy', jobActor('tidy'))

beforeAll(async () => {
  office = await startOffice({ clock })
  const { services } = office
  units = await seedUnits(services)
  parents = new Map([
    [units.department, units.agency],
    [units.agency, units.province],
    [units.other, units.province],
    [units.province, null],
  ])
  const seeded: PersonActor[] = []
  for (const { role, at, name } of STAFF) seeded.push(await seedStaff(services, role, units[at], name))
  people = seeded
}, 60_000)
afterAll(() => office.stop())

const DECISIONS = ['approve', 'approve', 'approve', 'return', 'return', 'reject', 'take-over'] as const
type Step =
  | { readonly do: 'ask'; readonly at: Place; readonly as: number | null }
  | {
      readonly do: 'decide'
      readonly type: (typeof DECISIONS)[number]
      readonly which: number
      readonly by: number
      /** Whoever's turn it is does it; else this person tries, whose turn it may not be. */
      readonly eager: boolean
    }
  | { readonly do: 'correct' | 'withdraw'; readonly which: number }
  | { readonly do: 'depute'; readonly of: number; readonly to: number; readonly in: number; readonly days: number }
  | { readonly do: 'end-deputy' | 'revoke'; readonly which: number }
  | { readonly do: 'grant'; readonly who: number; readonly role: Role['role']; readonly at: Place }
  | { readonly do: 'policy'; readonly seats: readonly StepSeat[] }
  | { readonly do: 'pass'; readonly days: number }

const n = fc.nat(20)
const place = fc.constantFrom<Place>('department', 'department', 'agency', 'other', 'province')
const does = <T extends Step['do']>(...what: T[]) => fc.constantFrom(...what)
const policies: readonly (readonly StepSeat[])[] = [
  ['unit-admin'],
  ['unit-admin', 'it-staff'],
  ['parent-unit', 'it-staff'],
  ['unit-admin', 'parent-unit', 'it-staff'],
  ['it-staff', 'it-staff'],
]
const decision = fc.record({
  ...{ do: does('decide'), type: fc.constantFrom(...DECISIONS), which: n, by: n },
  eager: fc.constantFrom(true, true, false),
})
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: does('ask'), at: place, as: fc.option(n, { freq: 2 }) }) },
  { weight: 10, arbitrary: decision },
  { weight: 3, arbitrary: fc.record({ do: does('correct', 'correct', 'withdraw'), which: n }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: does('depute'), of: n, to: n, in: fc.constantFrom(0, 0, 1), days: fc.nat(4) }),
  },
  { weight: 3, arbitrary: fc.record({ do: does('revoke', 'revoke', 'end-deputy'), which: n }) },
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ do: does('grant'), who: n, at: place },
      role: fc.constantFrom<Role['role']>('unit-admin', 'unit-admin', 'it-staff'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: does('policy'), seats: fc.constantFrom(...policies) }) },
  { weight: 3, arbitrary: fc.record({ do: does('pass'), days: fc.constantFrom(1, 1, 2, 3, 31, 31) }) },
)

/** Where a request may go from each state in one step; whatever is not here has ended for good. */
const LEGAL: Partial<Record<RequestState, readonly RequestState[]>> = {
  submitted: ['submitted', 'returned', 'approved', 'rejected', 'withdrawn'],
  returned: ['submitted', 'withdrawn', 'expired'],
}
/** What a history line says of the state after it; lines that are not here leave it as it is. */
const STATE_AFTER: Partial<Record<string, RequestState>> = {
  ...{ submitted: 'submitted', resubmitted: 'submitted', returned: 'returned', approved: 'approved' },
  ...{ rejected: 'rejected', withdrawn: 'withdrawn', expired: 'expired' },
}
const DECIDED = ['step-approved', 'approved', 'returned', 'rejected', 'taken-over']

/** What was seen of a request when it was last looked at. */
type Seen = {
  readonly state: RequestState
  readonly acts: readonly Act[]
  readonly seats: readonly StepSeat[]
  readonly sendings: number
  readonly events: number
}
/** What was met in all runs: a model that never gets anywhere proves nothing. */
const met = new Set<string>()

class Model {
  private readonly requests = new Map<RequestId, { readonly unit: UnitId; seen: Seen | null }>()

  /** Everybody has the role again that they begin with, and nothing waits. */
  async begin(): Promise<void> {
    const { services } = office
    await services.database.pool.query(
      `UPDATE request SET state = 'withdrawn' WHERE state IN ('submitted', 'returned')`,
    )
    for (const table of ['deputy', 'role_grant']) await services.database.pool.query(`DELETE FROM ${table}`)
    for (const [index, { role, at }] of STAFF.entries()) await this.grant(index, role, at)
    clock.to(addDays(clock.today(), 1))
  }

  private grant(who: number, role: Role['role'], at: Place) {
    const unitId = role === 'unit-admin' ? units[at] : null
    return office.services.roles.grant(allowed('role.change'), { holder: this.person(who).address, role, unitId })
  }
  private person(index: number): PersonActor {
    const person = people[index % people.length]
    if (!person) throw new Error('nobody is there')
    return person
  }
  private one(which: number, state: RequestState): RequestId | undefined {
    const ids = [...this.requests].filter(([, { seen }]) => seen?.state === state).map(([id]) => id)
    return ids[which % Math.max(ids.length, 1)]
  }

  /** What somebody who signs in now reads about their turn; null where they read nothing. */
  private async turn(who: PersonActor, id: RequestId): Promise<string | null> {
    const actor = await office.services.actors.byId(who.accountId)
    const may = actor && permit(actor, 'request.read')
    return may?.ok ? ((await office.services.requests.read(may.value, id))?.turn.kind ?? null) : null
  }
  private async whoseTurn(id: RequestId): Promise<PersonActor | undefined> {
    for (const each of people) if ((await this.turn(each, id)) === 'yours') return each
    return undefined
  }

  async take(step: Step): Promise<void> {
    const { services } = office
    const { requests, roles, deputies, database } = services
    switch (step.do) {
      case 'ask': {
        if ([...this.requests.values()].filter(({ seen }) => seen?.state === 'submitted').length >= 4) return
        const unit = units[step.at]
        const details = someDetails(unit, { fullName: 'Nguyễn Thị Hương' })
        const own = step.as === null ? [] : [this.person(step.as).address]
        this.requests.set(await submitted(services, details, ...own), { unit, seen: null })
        return
      }
      case 'decide': {
        const id = this.one(step.which, 'submitted')
        if (id !== undefined) await this.decide(step, id)
        return
      }
      case 'correct': {
        const id = this.one(step.which, 'returned')
        const unit = id && this.requests.get(id)?.unit
        if (!id || !unit) return
        const filled = await requests.fill(id, someDetails(unit, { fullName: 'Nguyễn Thị Hương', position: 'Văn thư' }))
        expect(filled.ok).toBe(true)
        const [first] = (await requests.proposals(id)).addresses
        if (first) expect((await requests.choose(id, first.local)).ok).toBe(true)
        expect((await requests.submit(id)).ok).toBe(true)
        return
      }
      case 'withdraw': {
        const id = this.one(step.which, 'submitted') ?? this.one(step.which, 'returned')
        if (id) expect((await requests.withdraw(id)).ok).toBe(true)
        return
      }
      case 'depute': {
        const [it] = await this.staff()
        const from = addDays(clock.today(), step.in)
        const named = { principal: this.person(step.of).address, deputy: this.person(step.to).address }
        if (!it) return
        const done = await deputies.name(allowed('deputy.name', it), { ...named, from, to: addDays(from, step.days) })
        if (done.ok) met.add('deputy')
        return
      }
      case 'end-deputy': {
        const [it] = await this.staff()
        if (!it) return
        const lines = await deputies.list(allowed('deputy.read', it))
        const line = lines[step.which % Math.max(lines.length, 1)]
        if (line) await deputies.end(allowed('deputy.name', it), line.id)
        return
      }
      case 'revoke': {
        const grants = await roles.list(allowed('role.read'))
        const grant = grants[step.which % Math.max(grants.length, 1)]
        if (grant && (await roles.revoke(allowed('role.change'), grant.id)).ok) met.add('revoked')
        return
      }
      case 'grant':
        await this.grant(step.who, step.role, step.at)
        return
      case 'policy': {
        const { version: seen } = await services.steps.present()
        const steps = step.seats.map((seat) => ({ seat, days: 1 }))
        const rule = { of: 'person', place: { kind: 'everywhere' }, steps, letter: false } as const
        await services.steps.set(allowed('steps.change'), { seen, why: 'Thử các bước duyệt', rules: [rule] })
        return
      }
      case 'pass':
        clock.to(addDays(clock.today(), step.days))
        await requests.reseat(job)
        await remindApprovers(services)
        await requests.expire(job)
        await database.pool.query('DELETE FROM outbox')
        return
      default:
        step satisfies never
    }
  }

  private async staff(): Promise<PersonActor[]> {
    const actors = await Promise.all(people.map(({ accountId }) => office.services.actors.byId(accountId)))
    return actors.filter((actor) => actor !== null && permit(actor, 'role.change').ok) as PersonActor[]
  }

  /** What a page offers somebody is done, and what it does not offer is refused. */
  private async decide(step: Step & { readonly do: 'decide' }, id: RequestId): Promise<void> {
    const { requests, actors, database } = office.services
    const eager = step.eager && step.type !== 'take-over' ? await this.whoseTurn(id) : undefined
    // Whoever has just taken a step is the likeliest to try the next one too.
    const last = this.requests.get(id)?.seen?.acts.at(-1)?.by
    const again = step.by % 2 ? people.find(({ accountId }) => accountId === last) : undefined
    const who = eager ?? again ?? this.person(step.by)
    const turn = await this.turn(who, id)
    const actor = await actors.byId(who.accountId)
    const may = actor && permit(actor, 'request.decide')
    if (!may?.ok) {
      expect(turn).not.toBe('yours')
      return
    }
    const { version } = await database.prisma.request.findUniqueOrThrow({ where: { id } })
    const choice = { version, comment: 'Theo quy định', identity: 'in-person', handOver: 'link' } as const
    const act = { approve: requests.approve, return: requests.return, reject: requests.reject }
    const done =
      step.type === 'take-over'
        ? await requests.takeOver(may.value, id, choice)
        : await act[step.type](may.value, id, choice)
    expect([step.type, turn, done.ok]).toEqual([
      step.type,
      turn,
      turn === (step.type === 'take-over' ? 'take-over' : 'yours'),
    ])
    if (!done.ok) met.add(done.refusal.kind)
  }

  async check(): Promise<void> {
    for (const [id, known] of this.requests) {
      const { prisma } = office.services.database
      const row = await prisma.request.findUniqueOrThrow({
        where: { id },
        include: { events: { orderBy: { id: 'asc' } } },
      })
      const steps = StepsTaken.parse(row.steps)
      const taken = steps.flatMap(({ act }) => (act === null ? [] : [act]))
      const now: Seen = {
        ...{ state: row.state as RequestState, acts: taken, seats: steps.map(({ seat }) => seat) },
        ...{ sendings: row.sendings, events: row.events.length },
      }
      const before = known.seen
      known.seen = now
      met.add(now.state)

      // States change as the rules say, one step of the history at a time, and what has ended stays as it is.
      const news = row.events.slice(before?.events ?? 0)
      if (before) {
        expect(news.length).toBeLessThanOrEqual(1)
        if (news.length === 0) expect(now).toEqual(before)
        else
          expect([before.state, now.state, LEGAL[before.state]?.includes(now.state)]).toEqual([
            before.state,
            now.state,
            true,
          ])
      }
      for (const { kind } of news) {
        met.add(kind)
        expect(now.state).toBe(STATE_AFTER[kind] ?? (kind === 'contact-confirmed' ? 'submitted' : before?.state))
      }

      // Steps are taken in their order, one at a time, each only once by anybody, and all before the approval.
      expect(steps.map(({ act }) => act !== null)).toEqual(steps.map((_, index) => index < taken.length))
      const resent = before !== null && now.sendings > before.sendings
      const approved = news.some(({ kind }) => kind === 'step-approved' || kind === 'approved')
      if (before && !resent && now.state !== 'withdrawn' && now.state !== 'expired') {
        expect(now.seats).toEqual(before.seats)
        expect(taken).toHaveLength(before.acts.length + (approved ? 1 : 0))
        expect(taken.slice(0, before.acts.length)).toEqual(before.acts)
      }
      if (resent) expect(taken).toEqual([])
      if (now.state === 'approved') expect(taken).toHaveLength(steps.length)
      const eyes = taken.flatMap(({ by, for: whom }) => [by, ...(whom ? [whom.id] : [])])
      expect(new Set(eyes).size).toBe(eyes.length)
      const last = taken.at(-1)
      if (approved && last) await this.seatHeld(known.unit, last, steps[taken.length - 1]?.seat)

      // Nobody decides their own.
      for (const { kind, byName, forName } of news.filter(({ kind }) => DECIDED.includes(kind)))
        for (const name of [byName, forName]) {
          const person = people.find((each) => each.name === name)
          expect([kind, name, person?.address === row.contactEmail]).toEqual([kind, name, false])
        }
      if (news.some(({ forName }) => forName !== null)) met.add('for somebody')

      // The history says what the audit log says: the same, as often, in the same order, by the same people.
      const log = await prisma.auditEntry.findMany({ where: { subject: `request:${id}` }, orderBy: { seq: 'asc' } })
      const whose = (name: string | null) => people.find((each) => each.name === name)?.id ?? null
      const staff = (actor: string) => (actor.startsWith('account:') ? actor : null)
      expect(log.map(({ action, actor, at }) => [action, staff(actor), at])).toEqual(
        row.events.map(({ kind, byName, at }) => [
          `request.${kind === 'contact-confirmed' ? 'started' : kind}`,
          ...[whose(byName), at],
        ]),
      )
      if (now.state === 'submitted') await this.somebodyCanAct(id, row.contactEmail, eyes)
    }
  }

  /** The step was taken at a seat that it allows, held on that day by whoever took it, or by the one they deputised for. */
  private async seatHeld(unit: UnitId, { by, for: whom, seat }: Act, asked: StepSeat | undefined): Promise<void> {
    const { prisma } = office.services.database
    const today = clock.today()
    const inForce = ({ validFrom, validTo }: { validFrom: Date; validTo: Date | null }) =>
      dayFromDb(validFrom) <= today && (validTo === null || dayFromDb(validTo) > today)
    const grants = await prisma.roleGrant.findMany({ where: { accountId: whom?.id ?? by } })
    const here = (grant: (typeof grants)[number]) =>
      seat.kind === 'unit' ? grant.role === 'unit-admin' && grant.unitId === seat.unit : grant.role === 'it-staff'
    expect(grants.some((grant) => inForce(grant) && here(grant))).toBe(true)
    if (whom !== null) {
      const named = await prisma.deputy.findMany({ where: { accountId: whom.id, deputyId: by } })
      expect(named.some(inForce)).toBe(true)
    }
    const above: UnitId[] = []
    for (let at: UnitId | null = unit; at !== null; at = parents.get(at) ?? null) above.push(at)
    if (asked === 'it-staff') expect(seat.kind).toBe('it-staff')
    if (seat.kind === 'unit') expect(above.slice(asked === 'parent-unit' ? 1 : 0)).toContain(seat.unit)
  }

  /** Somebody's turn it is, and their inbox shows it; else every one of IT staff is barred, and the request says so. */
  private async somebodyCanAct(id: RequestId, contactEmail: string, acted: readonly string[]): Promise<void> {
    const { requests, actors, database } = office.services
    const who = await this.whoseTurn(id)
    if (who !== undefined) {
      const actor = await actors.byId(who.accountId)
      const inbox = actor && (await requests.inbox(allowed('request.read', actor), { tab: 'mine' }))
      expect(inbox?.lines.map((line) => line.id)).toContain(id)
      return
    }
    met.add('vacant')
    expect((await requests.tracked(id))?.waits).toMatchObject({ vacant: true })
    const today: Day = clock.today()
    const deputies = await database.prisma.deputy.findMany()
    for (const { accountId } of await this.staff()) {
      const stands = deputies.filter(
        (each) => each.deputyId === accountId && dayFromDb(each.validFrom) <= today && dayFromDb(each.validTo) > today,
      )
      const own = [accountId, ...stands.map((each) => each.accountId)]
      const barred =
        acted.includes(accountId) ||
        people.some((each) => own.includes(each.accountId) && each.address === contactEmail)
      expect([accountId, barred]).toEqual([accountId, true])
    }
  }
}

class Command implements fc.AsyncCommand<Model, null> {
  private readonly step: Step
  constructor(step: Step) {
    this.step = step
  }
  check = () => true
  async run(model: Model): Promise<void> {
    await model.take(this.step)
    await model.check()
  }
  toString = () => JSON.stringify(this.step)
}

test('whatever is asked, decided, deputised, granted and left to time: somebody can act, nobody for themselves or twice', async () => {
  const commands = fc.commands([step.map((each) => new Command(each))], { maxCommands: 60, size: 'max' })
  await fc.assert(
    fc.asyncProperty(commands, async (each) => {
      const model = new Model()
      await model.begin()
      await fc.asyncModelRun(() => ({ model, real: null }), each)
    }),
    { numRuns: scaled(80), seed: 20261128, endOnFailure: true },
  )
  const wanted = [
    ...['returned', 'approved', 'rejected', 'withdrawn', 'expired', 'step-approved', 'resubmitted', 'escalated'],
    ...['taken-over', 'own-request', 'acted-before', 'not-your-turn', 'deputy', 'for somebody', 'revoked'],
  ]
  expect(wanted.filter((each) => !met.has(each))).toEqual([])
}, 1_200_000)
