import { covers, type PersonActor } from '../../access/policy.ts'
import { HOLDERS_MAX, type HolderAsked } from '../../accounts/holder.ts'
import type { AccountId, UnitId } from '../../kernel/ids.ts'
import type { Services } from '../../main/compose.ts'
import type { Ask } from '../../requests/ask.ts'
import type { OwnKind } from '../../requests/kinds.ts'
import { Why } from '../../requests/kinds/common.ts'
import type { Names, Refusal, ToldOf } from '../../requests/requests.ts'
import type { Page } from '../page.ts'
import type { FieldError } from '../rendering.ts'
import { unitChoices } from '../unit-choice.ts'

export type Typed = Readonly<Record<string, string>>
export type Read<K extends OwnKind = OwnKind> =
  | { readonly ok: true; readonly ask: Extract<Ask, { kind: K }> }
  | { readonly ok: false; readonly errors: readonly FieldError[] }

/** The form of one kind of request. */
export type OwnForm<K extends OwnKind = OwnKind> = {
  /** What it takes, besides what a unit's field and the reason take. */
  readonly fields: readonly string[]
  /** What the template shows besides what was typed. */
  readonly model?: (page: Page, services: Services, typed: Typed) => Promise<Readonly<Record<string, unknown>>>
  /** What an open request of this kind says, as it would be typed. */
  readonly typedOf: (details: ToldOf<K>, names: Names) => Typed
  readonly read: (page: Page, services: Services, typed: Typed) => Promise<Read<K>>
  /** Beside which field a refusal stands; the first one unless said. */
  readonly fieldOf?: (refusal: Refusal['kind']) => string | undefined
}

/** Collects what is wrong while a form is read. */
export class Faults {
  readonly found: FieldError[] = []
  add(field: string, text: string): null {
    this.found.push({ field, text })
    return null
  }
}

/** Whether the reader may ask for other units than their own, and so is shown the field. */
export const choosesUnit = (page: Page): boolean =>
  (page.actor as PersonActor).grants.some((grant) => !grant.deputyFor && grant.role !== 'auditor')

/** The unit that the form names, or the reader's own where they have no choice. */
export async function unitFrom(page: Page, services: Services, faults: Faults): Promise<UnitId | null> {
  const actor = page.actor as PersonActor
  if (!choosesUnit(page)) return actor.unitId
  const { unit } = await unitChoices(services).posted(page, 'unit')
  if (unit === null) return faults.add('unit', page.t.asking.errors.unit)
  const may = unit.id === actor.unitId || actor.grants.some((grant) => covers(grant.units, unit.id))
  return may ? unit.id : faults.add('unit', page.t.asking.refusals['not-your-unit'])
}

export function whyFrom(page: Page, typed: Typed, faults: Faults): string {
  const why = Why.safeParse(typed.why)
  if (!why.success) faults.add('why', page.t.asking.errors.why)
  return why.success ? why.data : ''
}

/** The mailboxes that the lines of a field name; `personal` where only people's own will do. */
export async function mailboxesFrom(
  page: Page,
  services: Services,
  faults: Faults,
  field: string,
  text: string,
  { personal, max = HOLDERS_MAX }: { personal: boolean; max?: number },
): Promise<AccountId[]> {
  const { errors } = page.t.asking
  const names = text.split('\n').flatMap((line) => line.trim() || [])
  if (names.length > max) {
    faults.add(field, errors.many(max))
    return []
  }
  const found: AccountId[] = []
  for (const name of names) {
    const mailbox = await services.requests.meant(page.permit('own.request'), name.slice(0, 200))
    const shown = name.slice(0, 100)
    if (mailbox === null) faults.add(field, errors.unknown(shown))
    else if (personal && mailbox.kind !== 'person') faults.add(field, errors.notPerson(shown))
    else if (found.includes(mailbox.id)) faults.add(field, errors.twice(shown))
    else found.push(mailbox.id)
    // The first one is enough to be told.
    if (faults.found.some((each) => each.field === field)) return found
  }
  return found
}

/** Who is to hold a mailbox, from the fields `full` and `read`. */
export async function holdersFrom(
  page: Page,
  services: Services,
  typed: Typed,
  faults: Faults,
): Promise<HolderAsked[]> {
  const full = await mailboxesFrom(page, services, faults, 'full', typed.full ?? '', { personal: true })
  const read = await mailboxesFrom(page, services, faults, 'read', typed.read ?? '', { personal: true })
  const twice = read.find((id) => full.includes(id))
  if (twice !== undefined) {
    const line = (typed.read ?? '').split('\n').filter((each) => each.trim())[read.indexOf(twice)]
    faults.add('read', page.t.asking.errors.twice((line ?? '').trim().slice(0, 100)))
  }
  if (full.length + read.length === 0 && faults.found.every(({ field }) => field !== 'full' && field !== 'read'))
    faults.add('full', page.t.asking.errors.holders)
  return [
    ...full.map((accountId) => ({ accountId, rights: 'full' as const })),
    ...read.map((accountId) => ({ accountId, rights: 'read' as const })),
  ]
}

/** Accounts as they are typed: their addresses, one a line. */
export const linesOf = (ids: readonly string[], names: Names): string =>
  ids.map((id) => names.accounts[id]?.address ?? id).join('\n')

export const holdersTyped = (holders: readonly HolderAsked[], names: Names): Typed => ({
  full: linesOf(
    holders.flatMap(({ accountId, rights }) => (rights === 'full' ? [accountId] : [])),
    names,
  ),
  read: linesOf(
    holders.flatMap(({ accountId, rights }) => (rights === 'read' ? [accountId] : [])),
    names,
  ),
})

export const unitTyped = ({ unitId }: { unitId: UnitId }, names: Names): Typed => ({
  unit: names.units[unitId] ?? '',
  unitId,
})
