import { fillQuangNinh, type Filled } from '../../scripts/reorganisation/fill.ts'
import { quangNinhPlan } from '../../scripts/reorganisation/quang-ninh.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import { dayOf } from '../../src/kernel/day.ts'
import type { Services } from '../../src/main/compose.ts'
import type { Draft, Options } from '../../src/reorganisations/draft.ts'
import type { ReorganisationId } from '../../src/reorganisations/reorganisation.ts'
import { allowed, seedStaff } from './system.ts'
import { unitsBefore } from '../../scripts/reorganisation/quang-ninh.ts'

export type Province = Filled & { readonly staff: PersonActor; readonly second: PersonActor }

/** Quảng Ninh before its reorganisation, with so many people and two of IT staff. */
export async function quangNinh(services: Services, people: number): Promise<Province> {
  const client = await services.database.pool.connect()
  try {
    const filled = await fillQuangNinh(client, people)
    const [top] = unitsBefore()
    if (!top) throw new Error('There is no province')
    const staff = await seedStaff(services, 'it-staff', top.id, 'Lê Đức Thắng')
    return { ...filled, staff, second: await seedStaff(services, 'it-staff', top.id, 'Phạm Thu Trang') }
  } finally {
    client.release()
  }
}

/** The plan of 2025, to take effect today. */
export const planFor = (services: Services, { placed }: Filled, options: Partial<Options> = {}): Draft =>
  quangNinhPlan(dayOf(services.clock()), placed, { letters: false, ...options })

export async function drafted(services: Services, by: PersonActor, plan: Draft): Promise<ReorganisationId> {
  const made = await services.reorganisations.create(allowed('reorganisation.change', by), plan, plan)
  if (!made.ok) throw new Error(made.refusal.kind)
  return made.value
}

/** Lets a plan begin, with a second person where the brake stops it. Nothing is carried out yet. */
export async function letBegin(
  services: Services,
  { staff, second }: Pick<Province, 'staff' | 'second'>,
  id: ReorganisationId,
): Promise<void> {
  const { reorganisations, brakes } = services
  const found = await reorganisations.read(allowed('reorganisation.read', staff), id)
  if (!found) throw new Error('There is no such plan')
  const checked = await reorganisations.check(allowed('reorganisation.read', staff), found.draft)
  if (checked.outcome.faults.length > 0) throw new Error(JSON.stringify(checked.outcome.faults.slice(0, 5)))
  const asked = await reorganisations.schedule(
    allowed('reorganisation.change', staff),
    id,
    reorganisations.hash(checked.draft),
  )
  if (!asked.ok) throw new Error(asked.refusal.kind)
  const { holdId } = asked.value
  if (holdId === null) return
  const wants = await brakes.ask(allowed('brake.release', staff), holdId, 'Theo nghị quyết về sắp xếp đơn vị')
  const released = await brakes.release(allowed('brake.release', second), holdId)
  if (!wants.ok || !released.ok) throw new Error('The brake was not released')
}

/**
 * What the province is, as far as a reorganisation touches it, in an order that does not depend on when it was written. What was
 * never in force, what only the past of an address is, and revisions are left out: a plan that is taken back leaves those behind.
 */
export async function dump({ database }: Services): Promise<Record<string, unknown[]>> {
  const read = async (sql: string): Promise<unknown[]> =>
    (await database.pool.query<{ row: unknown }>(sql)).rows.map(({ row }) => row)
  const rows = (columns: string, from: string) =>
    read(`SELECT to_jsonb(x) AS row FROM (SELECT ${columns} FROM ${from}) x ORDER BY 1`)
  return {
    units: await rows(
      'unit_id, name, fold, kind, parent_id, codes, valid_from, valid_to, followed',
      'unit_version WHERE valid_to IS NULL OR valid_to > valid_from',
    ),
    successions: await rows('from_id, to_id, on_day', 'unit_succession'),
    posts: await rows('person_id, unit_id, title, employment, is_primary, valid_from, valid_to, followed', 'post'),
    accounts: await rows('id, kind, unit_id, state, display_name, search, sort_key', 'account'),
    addresses: await rows(
      'local, state, role, holder_kind, holder_id, until, first_live_at',
      "address WHERE state <> 'tombstone'",
    ),
    holders: await rows('account_id, person_account_id, rights, valid_from, valid_to', 'holder'),
    grants: await rows('account_id, role, unit_id, valid_from, valid_to', 'role_grant'),
    requests: await rows(
      "id, unit_id, state, seats, it_seat, fallen, escalated_to, body ->> 'unitId' AS asked, body -> 'rule' AS rule",
      'request',
    ),
    imports: await rows('id, unit_id', 'import'),
    reviews: await rows('review_id, account_id, unit_id, answer', 'review_line'),
    lists: await rows('id, unit_id, rule, posting', "mail_group WHERE kind = 'list'"),
    members: await rows('group_id, account_id', 'list_member'),
    spellings: await rows('sender, spelling, unit_id, at', 'import_spelling'),
    mappings: await rows('sender, fingerprint', 'import_mapping'),
    changes: await rows('id, units, seats, command', 'scheduled_change'),
  }
}
