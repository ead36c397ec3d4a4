import { Day, dayOf } from '../kernel/day.ts'
import { UnitId } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import { UNIT_KINDS, UnitFacts, type Unit, type UnitRefusal } from '../units/unit.ts'
import { HttpFault } from './http-fault.ts'
import type { Page } from './page.ts'
import type { FieldError } from './rendering.ts'
import { guarded, type Route } from './route.ts'
import { isUnsure, unitChoices, type UnitChoice } from './unit-choice.ts'
import { day } from './views/formats.ts'
import { refusalText } from './words/sayings.ts'

const CODES = ['agency', 'document', 'statistics'] as const
const FIELDS = [
  ...['name', 'kind', 'parent', 'parentId', 'parentChoice', ...CODES, 'fromDay', 'fromMonth', 'fromYear'],
] as const
const NEW = '/don-vi/moi'

/** IT staff add a unit, or say what it is called and where it belongs from a day on. */
export function unitForms(services: Services): Route[] {
  const { units, clock } = services
  const choices = unitChoices(services)

  async function show(page: Page, form: string, unit: Unit | null, start: Record<string, string>): Promise<void> {
    const { t } = page
    const kept = page.takeForm(form)
    const typed = kept?.values ?? start
    const errorOf = (field: string) => kept?.errors.find((error) => error.field === field)?.text
    const offered = kept?.errors.some((error) => error.field === 'parent')
      ? await units.search(typed['parent'] ?? '', 12)
      : []
    await page.render('unit-form.njk', {
      title: unit === null ? t.units.newUnit : t.units.changeOf(unit.name),
      back: unit === null ? { href: '/don-vi', text: t.units.back } : { href: `/don-vi/${unit.id}`, text: unit.name },
      errors: kept?.errors ?? [],
      unit,
      typed,
      from: { day: typed['fromDay'], month: typed['fromMonth'], year: typed['fromYear'] },
      kinds: [
        { value: '', text: t.units.errors.kind },
        ...UNIT_KINDS.map((value) => ({ value, text: t.units.kinds[value] })),
      ],
      offered:
        (typed['parent'] ?? '') === ''
          ? []
          : offered.map(({ id, name, parentName }) => ({ id, name, parent: parentName })),
      wrong: Object.fromEntries(['name', 'kind', 'parent', 'from', ...CODES].map((field) => [field, errorOf(field)])),
    })
  }

  /** Reads the form; on faults keeps it and answers null. */
  async function read(
    page: Page,
    form: string,
    path: string,
  ): Promise<{ facts: UnitFacts; input: Record<string, string> } | null> {
    const input = Object.fromEntries(FIELDS.map((name) => [name, page.field(name).slice(0, 300)]))
    const parent = await choices.posted(page, 'parent')
    const parsed = UnitFacts.safeParse({
      name: page.field('name'),
      kind: input['kind'],
      parentId: parent.unit?.id ?? null,
      codes: Object.fromEntries(
        CODES.map((code) => [code, (input[code] ?? '').trim().toUpperCase()]).filter(([, value]) => value !== ''),
      ) as unknown,
      validFrom: dateOf(input),
    })
    const errors = [...(parsed.success ? [] : faults(page, parsed.error.issues, input)), ...parentFault(page, parent)]
    if (parsed.success && errors.length === 0) return { facts: parsed.data, input }
    page.keepForm(
      form,
      { ...input, ...(parent.unit ? { parent: parent.unit.name, parentId: parent.unit.id } : {}) },
      errors,
    )
    page.redirect(path)
    return null
  }

  async function save(
    page: Page,
    names: { form: string; path: string },
    act: (facts: UnitFacts) => ReturnType<typeof units.create>,
  ): Promise<void> {
    const form = await read(page, names.form, names.path)
    if (form === null) return
    const saved = await act(form.facts)
    if (saved.ok) {
      page.notice('ok', page.t.units.saved)
      page.redirect(`/don-vi/${saved.value}`)
      return
    }
    if (saved.refusal.kind === 'unknown-unit') throw new HttpFault(404)
    page.keepForm(names.form, form.input, [refused(page, saved.refusal)])
    page.redirect(names.path)
  }

  async function present(page: Page): Promise<Unit> {
    const found = await units.read(page.permit('unit.read'), page.param('id', UnitId))
    if (found === null) throw new HttpFault(404)
    return found.unit
  }

  return [
    guarded('get', NEW, 'unit.change', async (page) => {
      const above = UnitId.safeParse(page.query('cap-tren'))
      const parent = above.success ? await units.find(above.data) : null
      await show(page, 'unit new', null, {
        ...dayParts(dayOf(clock())),
        ...(parent ? { parent: parent.name, parentId: parent.id } : {}),
      })
    }),
    guarded('post', NEW, 'unit.change', (page, permit) =>
      save(page, { form: 'unit new', path: NEW }, (facts) => units.create(permit, facts)),
    ),
    guarded('get', '/don-vi/:id/sua', 'unit.change', async (page) => {
      const unit = await present(page)
      await show(page, `unit ${unit.id}`, unit, {
        ...dayParts(dayOf(clock())),
        ...{ name: unit.name, kind: unit.kind, parent: unit.parentName ?? '', parentId: unit.parentId ?? '' },
        ...(unit.codes as Record<string, string>),
      })
    }),
    guarded('post', '/don-vi/:id/sua', 'unit.change', async (page, permit) => {
      const unit = await present(page)
      await save(page, { form: `unit ${unit.id}`, path: `/don-vi/${unit.id}/sua` }, (facts) =>
        units.change(permit, unit.id, facts),
      )
    }),
  ]
}

const dayParts = (of: Day): Record<string, string> => ({
  fromDay: of.slice(8),
  fromMonth: of.slice(5, 7),
  fromYear: of.slice(0, 4),
})

/** The day that three fields name; what is none, or of another century, stays text and is refused. */
function dateOf(input: Record<string, string>): string {
  const [dayText = '', month = '', year = ''] = [input['fromDay'], input['fromMonth'], input['fromYear']].map((part) =>
    part?.trim(),
  )
  if (!/^(19|20)\d\d$/.test(year)) return ''
  return `${year}-${month.padStart(2, '0')}-${dayText.padStart(2, '0')}`
}

function faults(
  page: Page,
  issues: readonly { path: PropertyKey[]; message: string }[],
  input: Record<string, string>,
): FieldError[] {
  const says = page.t.units.errors
  const found = new Map<string, string>()
  for (const { path, message } of issues) {
    const field = String(path.at(-1))
    switch (path[0]) {
      case 'name':
        found.set(
          'name',
          { empty: says.name, 'too-long': says.nameLong, odd: page.t.request.errors.control }[message] ?? says.name,
        )
        break
      case 'kind':
        found.set('kind', says.kind)
        break
      case 'codes':
        found.set(field, field === 'statistics' ? says.statistics : says.code)
        break
      case 'validFrom':
        found.set('from', empty(input) ? says.from : page.t.request.errors.birthDate.noSuchDay(typedDay(input)))
        break
      default:
        found.set('parent', says.parent)
    }
  }
  return [...found].map(([field, text]) => ({ field, text }))
}

const typedDay = (input: Record<string, string>): string =>
  [input['fromDay'], input['fromMonth'], input['fromYear']].map((part) => (part ?? '').slice(0, 4)).join('/')
const empty = (input: Record<string, string>): boolean => typedDay(input) === '//'

const parentFault = (page: Page, parent: UnitChoice): FieldError[] =>
  isUnsure(parent) ? [{ field: 'parent', text: page.t.units.errors.parent }] : []

function refused(page: Page, refusal: UnitRefusal): FieldError {
  const { t, lang } = page
  switch (refusal.kind) {
    case 'not-after-current':
      return { field: 'from', text: t.units.errors.fromLate(day(refusal.current, lang)) }
    case 'name-taken':
      return { field: 'name', text: t.units.errors.same }
    case 'changed-meanwhile':
      return { field: 'name', text: refusalText(t, refusal) }
    case 'own-descendant':
      return { field: 'parent', text: t.units.errors.cycle }
    case 'unknown-unit':
    case 'unknown-parent':
      return { field: 'parent', text: refusalText(t, refusal) }
    default:
      return refusal satisfies never
  }
}
