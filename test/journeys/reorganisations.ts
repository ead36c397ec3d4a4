import type { PersonActor } from '../../src/access/policy.ts'
import { Day } from '../../src/kernel/day.ts'
import type { Services } from '../../src/main/compose.ts'
import { DEFAULT_OPTIONS } from '../../src/reorganisations/draft.ts'
import { allowed } from '../support/system.ts'
import type { Ways } from './tour.ts'
import type { World } from './world.ts'

/** A plan that is written and waits to be looked at: one agency becomes a part of another. */
export async function seedReorganisation(services: Services, by: PersonActor, units: World['units']): Promise<void> {
  const plan = {
    name: 'Hợp nhất Sở Tài chính vào Sở Nội vụ và sắp xếp các phòng chuyên môn',
    document: { number: '18/NQ-HĐND', date: Day.parse('2026-11-20') },
    ...{ effectiveOn: Day.parse('2027-07-01'), options: DEFAULT_OPTIONS },
    steps: [{ kind: 'merge' as const, unit: units.other, into: units.agency }],
    ...{ assignments: [], seats: [] },
  }
  const made = await services.reorganisations.create(allowed('reorganisation.change', by), plan, plan)
  if (!made.ok) throw new Error(made.refusal.kind)
}

const LIST = '/sap-xep'
const PLAN = [LIST, '.cv-table a'] as const
const tab = (name: string) => `.cv-tabs a[href*="muc=${name}"]`

/** What IT staff see of reorganisations, each page by its way from the list. */
export const reorganisationWays: Ways = {
  reorganisations: ['/don-vi', `nav a[href="${LIST}"]`],
  'reorganisation-new-error': [LIST, `main a[href="${LIST}/moi"]`, 'main form button[type=submit]'],
  reorganisation: PLAN,
  'reorganisation-steps': [...PLAN, tab('viec')],
  'reorganisation-create-error': [...PLAN, tab('viec'), 'main a[href$="loai=create"]', 'button[value=add]'],
  'reorganisation-merge-error': [...PLAN, tab('viec'), 'main a[href$="loai=merge"]', 'button[value=add]'],
  'reorganisation-file-error': [...PLAN, tab('viec'), 'main a[href$="/tep"]', 'main form button[type=submit]'],
  'reorganisation-rules': [...PLAN, tab('phan-nguoi')],
  'reorganisation-rule-error': [...PLAN, tab('phan-nguoi'), 'main a[href$="loai=rule"]', 'button[value=add]'],
  'reorganisation-units': [...PLAN, tab('don-vi')],
  'reorganisation-people': [...PLAN, tab('nguoi')],
  'reorganisation-addresses': [...PLAN, tab('dia-chi')],
  'reorganisation-letters': [...PLAN, tab('thu')],
  'reorganisation-document': [...PLAN, 'main a[href$="/van-ban"]'],
  'reorganisation-cancel': [...PLAN, 'main a[href$="viec=cancel"]'],
}
