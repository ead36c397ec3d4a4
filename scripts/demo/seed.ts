import type { Role } from '../../src/access/policy.ts'
import { later, minutes } from '../../src/kernel/clock.ts'
import { Day } from '../../src/kernel/day.ts'
import { EmailAddress } from '../../src/kernel/email-address.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import type { Services } from '../../src/main/compose.ts'
import { makeAsked, type Askers } from './asking.ts'
import { makeDrift } from './drift.ts'
import { makeImports } from './imports.ts'
import { peopleFrom, postsOf, type Post, type Someone } from './people.ts'
import { province, type UnitPlan } from './province.ts'
import { randomFrom } from './random.ts'
import { allowed, operator, ok, workday, type MadeUnit, type Seeding, type Time } from './seeding.ts'
import { makeLives, type Office } from './lives.ts'
import { makeShared } from './shared.ts'
import { activateAll, actorOf, firstStaff, grant, issueAll, type Issued, type Joining } from './staff.ts'
import { HOW_MANY, OUTCOMES, story, type Case, type Outcome, type Story } from './stories.ts'

/** Somebody to sign in as. */
export type SignIn = {
  readonly role: Role | 'unit-admin-commune' | 'person'
  readonly name: string
  readonly unit: string
  readonly address: string
}
/** A request to follow. */
export type Followed = { readonly outcome: Outcome; readonly code: string; readonly email: string }
export type Seeded = { readonly signIns: readonly SignIn[]; readonly requests: readonly Followed[] }

const SINCE = Day.parse('2025-07-01')
const AGENCY = 'Sở Nội vụ'
const COMMUNE = 'Ủy ban nhân dân phường Hạ Long'
const BATCHES = 6

/** The people whose names the demo prints; they come first, so that their addresses bear no number. */
const NAMED: Readonly<Record<string, { readonly name: string; readonly sex: 'male' | 'female' }>> = {
  [`${AGENCY} 1`]: { name: 'Trần Thị Hồng Hạnh', sex: 'female' },
  [`${COMMUNE} 1`]: { name: 'Vũ Minh Tuấn', sex: 'male' },
  [`${AGENCY} 5`]: { name: 'Bùi Quang Huy', sex: 'male' },
  'Thanh tra tỉnh 3': { name: 'Phạm Thu Trang', sex: 'female' },
}

/**
 * Fills an empty database with a lifelike province: units, some four hundred people with mailboxes, and requests in every
 * state, all by the use cases at the times that the clock is moved to. The same at every run but for the time of day.
 */
export async function seed(services: Services, time: Time, say: (line: string) => void): Promise<Seeded> {
  const end = new Date()
  const seeding: Seeding = { services, time, end, random: randomFrom(722), calendar: await services.calendar.load() }
  const person = peopleFrom(seeding.random)
  const plan = province()

  time.now = new Date(`${SINCE}T01:00:00Z`)
  const units = await makeUnits(seeding, plan)
  say(`${units.size} units`)
  const staff = await firstStaff(seeding)

  // Who works where: leaders and administrators first, the others month by month.
  const unitId = (unit: UnitPlan): UnitId => {
    const made = units.get(unit)
    if (!made) throw new Error(`${unit.name} is missing`)
    return made.id
  }
  const roots = plan.below
  const joining = roots.flatMap((root) =>
    postsOf(root, seeding.random).map((post: Post, index) => ({ root, post, index, first: index < 2 })),
  )
  const known = (key: string) => NAMED[key]
  const rank = ({ root, index, first }: (typeof joining)[number]) =>
    known(`${root.name} ${index}`) ? 0 : first ? 1 : 2
  const ordered = joining
    .toSorted((a, b) => rank(a) - rank(b))
    .map((each) => ({
      ...each,
      unitId: unitId(each.post.unit),
      someone: person(each.post.position, {
        leader: each.post.leader,
        ...known(`${each.root.name} ${each.index}`),
      }),
    }))
  const issued = new Map<string, Issued>()
  const founders = ordered.filter((each) => rank(each) < 2)
  const others = ordered.filter((each) => rank(each) === 2)
  const size = Math.ceil(others.length / (BATCHES - 1))
  const last = workday(end, 40, 9, 0).getTime()
  for (let batch = 0; batch < BATCHES; batch++) {
    const people = batch === 0 ? founders : others.slice((batch - 1) * size, batch * size)
    const start = time.now.getTime()
    const at = batch === 0 ? later(time.now, minutes(60)) : new Date(start + (last - start) / (BATCHES - batch))
    if (at > time.now) time.now = at
    const done = await issueAll(
      seeding,
      staff,
      people.map(({ someone, unitId: id }): Joining => ({ someone, unitId: id })),
    )
    people.forEach(({ root, index }, i) => {
      const one = done[i]
      if (one) issued.set(`${root.name} ${index}`, one)
    })
    time.now = later(time.now, minutes(180))
    // A few never take the last step.
    await activateAll(
      seeding,
      done.filter((_, i) => batch === 0 || (i + batch) % 17 !== 0),
    )
    if (batch === 0) await giveRoles(seeding, staff, roots, issued, unitId)
  }
  say(`${issued.size + 1} people with mailboxes`)

  const postsIn = (root: UnitPlan): Issued[] =>
    joining.flatMap((each) => {
      const one = each.root === root ? issued.get(`${root.name} ${each.index}`) : undefined
      return one ? [one] : []
    })
  const made = await makeShared(
    seeding,
    staff,
    unitId(plan),
    roots.map((root) => ({
      ...{ root, id: unitId(root) },
      people: postsIn(root),
    })),
  )
  say(`${made.mailboxes} mailboxes of units and functions, ${made.lists} distribution lists`)

  const requests = await makeRequests(seeding, { units, roots, issued, person })
  const asked = await makeAsked(seeding, await askersOf(seeding, staff, { units, roots, issued, person }))
  say(`${requests.total + asked} requests`)
  const offices: Office[] = []
  for (const root of roots) {
    const people = postsIn(root)
    const [, admin] = people
    if (admin) offices.push({ unit: unitId(root), admin: await actorOf(seeding, admin.id), people })
  }
  say(`${await makeLives(seeding, staff, offices)} accounts on leave, unused, moving or leaving`)
  say(`${await makeImports(seeding, staff)} imported lists`)
  say(`${await makeDrift(seeding)} findings of a comparison`)
  const { domain } = services.config.organisation
  const at = (key: string) => issued.get(key)
  const signIn = (role: SignIn['role'], key: string, unit: string): SignIn => ({
    role,
    name: at(key)?.someone.name.full ?? '',
    unit,
    address: `${at(key)?.local ?? ''}@${domain}`,
  })
  return {
    signIns: [
      { role: 'it-staff', name: staff.name, unit: staff.unitName, address: staff.address },
      signIn('auditor', 'Thanh tra tỉnh 3', 'Thanh tra tỉnh'),
      signIn('unit-admin', `${AGENCY} 1`, AGENCY),
      signIn('unit-admin-commune', `${COMMUNE} 1`, COMMUNE.replace('Ủy ban nhân dân', 'UBND')),
      signIn('person', `${AGENCY} 5`, AGENCY),
    ],
    requests: requests.followed,
  }
}

/** Who asks while signed in: people of the agency that the demo names. */
async function askersOf(
  seeding: Seeding,
  staff: Askers['staff'],
  { units, roots, issued, person }: Organisation,
): Promise<Askers> {
  const of = (nth: number): Promise<Askers['person']> => {
    const one = issued.get(`${AGENCY} ${nth}`)
    if (!one) throw new Error(`${AGENCY} ${nth} has no account`)
    return actorOf(seeding, one.id)
  }
  const department = roots.find(({ name }) => name === AGENCY)?.below[0]
  const made = department && units.get(department)
  if (!made) throw new Error(`${AGENCY} has no department`)
  return {
    ...{ staff, admin: await of(1), person: await of(5), colleagues: [await of(3), await of(4)] },
    ...{ department: made.id, newcomers: [person('Chuyên viên', {}), person('Chuyên viên', {})] },
  }
}

async function makeUnits({ services }: Seeding, plan: UnitPlan): Promise<Map<UnitPlan, MadeUnit>> {
  const made = new Map<UnitPlan, MadeUnit>()
  async function make(unit: UnitPlan, parentId: UnitId | null, root: string): Promise<void> {
    const { name, kind, codes } = unit
    const facts = { name, kind, codes, parentId, validFrom: SINCE }
    const id = ok(await services.units.create(allowed(operator, 'unit.change'), facts))
    made.set(unit, { id, name, root })
    for (const below of unit.below) await make(below, id, kind === 'province' ? below.name : root)
  }
  await make(plan, null, plan.name)
  await services.provisioner.run()
  return made
}

async function giveRoles(
  seeding: Seeding,
  staff: Parameters<typeof grant>[1],
  roots: readonly UnitPlan[],
  issued: ReadonlyMap<string, Issued>,
  unitId: (unit: UnitPlan) => UnitId,
): Promise<void> {
  const of = (key: string): Issued => {
    const one = issued.get(key)
    if (!one) throw new Error(`${key} has no account`)
    return one
  }
  await grant(seeding, staff, of('Thanh tra tỉnh 3'), 'auditor', null)
  for (const root of roots) await grant(seeding, staff, of(`${root.name} 1`), 'unit-admin', unitId(root))
}

type Organisation = {
  readonly units: ReadonlyMap<UnitPlan, MadeUnit>
  readonly roots: readonly UnitPlan[]
  readonly issued: ReadonlyMap<string, Issued>
  readonly person: (position: string, known: { sex?: 'male' }) => Someone
}

/** Requests of every outcome; the first of each kind in the agency and the second in the commune that the demo names. */
async function makeRequests(
  seeding: Seeding,
  { units, roots, issued, person }: Organisation,
): Promise<{ total: number; followed: Followed[] }> {
  const { services, random, time } = seeding
  const cases: Case[] = []
  for (const outcome of OUTCOMES)
    for (let nth = 0; nth < HOW_MANY[outcome]; nth++) {
      const wanted = nth === 0 ? AGENCY : nth === 1 ? COMMUNE : null
      const root = roots.find((each) => each.name === wanted) ?? random.pick(roots)
      const unit = units.get(random.pick(root.below))
      const admin = issued.get(`${root.name} 1`)
      if (!unit || !admin) throw new Error(`${root.name} is not complete`)
      const namesake = outcome === 'submitted' && nth === 0
      const someone = oddities(outcome, nth, person('Chuyên viên', namesake ? { sex: 'male' } : {}), issued)
      cases.push({ outcome, nth, someone, unit, admin: await actorOf(seeding, admin.id) })
    }

  const waiting: { at: Date; one: Story }[] = []
  const followed = new Map<Outcome, Followed>()
  const goOn = async (one: Story): Promise<void> => {
    const step = await one.next()
    if (!step.done) {
      waiting.push({ at: step.value, one })
      return
    }
    const { outcome, id } = step.value
    const tracked = await services.requests.tracked(id)
    if (tracked && !followed.has(outcome))
      followed.set(outcome, { outcome, code: tracked.code, email: tracked.contactEmail })
  }
  for (const each of cases) await goOn(story(each, seeding))
  for (;;) {
    waiting.sort((a, b) => a.at.getTime() - b.at.getTime())
    const next = waiting.shift()
    if (!next) break
    if (next.at > time.now) time.now = next.at
    await goOn(next.one)
  }
  await services.provisioner.run()
  return { total: cases.length, followed: OUTCOMES.flatMap((outcome) => followed.get(outcome) ?? []) }
}

/** What an approver should notice: a namesake, a number that contradicts, and one who has a mailbox already. */
function oddities(outcome: Outcome, nth: number, someone: Someone, issued: ReadonlyMap<string, Issued>): Someone {
  const holder = issued.get(`${AGENCY} 5`)?.someone
  if (outcome === 'submitted' && nth === 0 && holder) return { ...someone, name: holder.name }
  if (outcome === 'due-soon' && nth === 0) return { ...someone, sex: someone.sex === 'male' ? 'female' : 'male' }
  if (outcome === 'overdue' && nth === 0 && holder) return { ...holder, contactEmail: someone.contactEmail }
  // Whose letters come back, and to whom none can be sent.
  const [name = ''] = someone.contactEmail.split('@')
  if (outcome === 'returned' && nth === 1)
    return { ...someone, contactEmail: EmailAddress.parse(`${name}@thu-cu.invalid`) }
  if (outcome === 'rejected' && nth === 1)
    return { ...someone, contactEmail: EmailAddress.parse(`${name}@quangninh.gov.vn`) }
  return someone
}
