import { ListName, NAMED_MAX, POSTERS_MAX, POSTING, type ListRule, type Posting } from '../../lists/list.ts'
import { line } from '../../kernel/text.ts'
import type { UnitId } from '../../kernel/ids.ts'
import type { Services } from '../../main/compose.ts'
import type { Page } from '../page.ts'
import { unitChoices } from '../unit-choice.ts'
import { Faults, linesOf, mailboxesFrom, unitFrom, unitTyped, whyFrom, type OwnForm, type Typed } from './form.ts'

/** How many units and positions the form has fields for; more are for the API. */
const UNITS = [1, 2, 3] as const
const POSITIONS = [1, 2] as const
const Title = line(100)

/** Whom the list reaches: units, positions, and mailboxes by name. */
async function ruleFrom(page: Page, services: Services, typed: Typed, unitId: UnitId | null, faults: Faults) {
  const { errors } = page.t.asking
  const rule: ListRule = []
  for (const n of UNITS) {
    const { unit, text } = await unitChoices(services).posted(page, `unit${n}`)
    if (unit !== null) rule.push({ by: 'unit', unitId: unit.id, below: typed[`below${n}`] === 'yes' })
    else if (text !== '') faults.add(`unit${n}`, errors.unit)
  }
  for (const n of POSITIONS) {
    const typedTitle = typed[`title${n}`] ?? ''
    if (typedTitle.trim() === '') continue
    const title = Title.safeParse(typedTitle)
    if (!title.success) faults.add(`title${n}`, errors.position)
    else if (typed[`everywhere${n}`] === 'yes')
      rule.push({ by: 'position', title: title.data, unitId: null, below: false })
    else if (unitId !== null) rule.push({ by: 'position', title: title.data, unitId, below: true })
  }
  const accounts = await mailboxesFrom(page, services, faults, 'named', typed.named ?? '', {
    ...{ personal: false, max: NAMED_MAX },
  })
  if (accounts.length > 0) rule.push({ by: 'name', accounts })
  if (rule.length === 0 && faults.found.length === 0) faults.add('unit1', errors.rule)
  return rule
}

async function postingFrom(page: Page, services: Services, typed: Typed, faults: Faults): Promise<Posting | null> {
  const who = POSTING.find((each) => each === typed.posting)
  if (who === undefined) return faults.add('posting', page.t.asking.errors.posting)
  if (who !== 'named') return { who }
  const options = { personal: false, max: POSTERS_MAX }
  const accounts = await mailboxesFrom(page, services, faults, 'posters', typed.posters ?? '', options)
  if (accounts.length > 0) return { who, accounts }
  return faults.found.some(({ field }) => field === 'posters')
    ? null
    : faults.add('posters', page.t.asking.errors.holders)
}

export const listForm: OwnForm<'list'> = {
  fields: [
    'name',
    ...UNITS.flatMap((n) => [`unit${n}`, `unit${n}Id`, `unit${n}Choice`, `below${n}`]),
    ...POSITIONS.flatMap((n) => [`title${n}`, `everywhere${n}`]),
    ...['named', 'posting', 'posters'],
  ],
  model: (page, services) =>
    Promise.resolve({
      postings: services.lists.postings.map((value) => ({
        ...{ value, text: page.t.lists.posting[value], hint: page.t.lists.postingText[value] },
      })),
    }),
  typedOf(details, names) {
    const { rule, posting } = details
    const units = rule.flatMap((each) => (each.by === 'unit' ? [each] : []))
    const positions = rule.flatMap((each) => (each.by === 'position' ? [each] : []))
    const named = rule.flatMap((each) => (each.by === 'name' ? each.accounts : []))
    const typed: Record<string, string> = {
      ...{ ...unitTyped(details, names), name: details.name, why: details.why, named: linesOf(named, names) },
      ...{ posting: posting.who, posters: posting.who === 'named' ? linesOf(posting.accounts, names) : '' },
    }
    for (const [index, { unitId, below }] of units.slice(0, UNITS.length).entries())
      Object.assign(typed, {
        [`unit${index + 1}`]: names.units[unitId] ?? '',
        [`unit${index + 1}Id`]: unitId,
        [`below${index + 1}`]: below ? 'yes' : '',
      })
    for (const [index, { title, unitId }] of positions.slice(0, POSITIONS.length).entries())
      Object.assign(typed, {
        [`title${index + 1}`]: title,
        [`everywhere${index + 1}`]: unitId === null ? 'yes' : '',
      })
    return typed
  },
  async read(page, services, typed) {
    const faults = new Faults()
    const unitId = await unitFrom(page, services, faults)
    const name = ListName.safeParse(typed.name)
    if (!name.success) faults.add('name', page.t.asking.errors.name)
    const rule = await ruleFrom(page, services, typed, unitId, faults)
    const posting = await postingFrom(page, services, typed, faults)
    const why = whyFrom(page, typed, faults)
    if (unitId === null || !name.success || posting === null || faults.found.length > 0)
      return { ok: false, errors: faults.found }
    return { ok: true, ask: { kind: 'list', unitId, name: name.data, rule, posting, why } }
  },
  fieldOf: (kind) =>
    ({ 'named-not-offered': 'posting', 'unknown-poster': 'posters', 'unknown-member': 'named' })[kind as string] ??
    'name',
}
