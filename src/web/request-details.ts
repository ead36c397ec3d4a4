import {
  DETAILS_FIELDS,
  parseDetails,
  type PersonDetails,
  type DetailsField,
  type FieldError,
} from '../requests/details.ts'
import { dayOf } from '../kernel/day.ts'
import { fold, tidy } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import type { Unit } from '../units/unit.ts'
import { keepable } from './kept-form.ts'
import type { KeptForm, Page } from './page.ts'
import type { FieldError as Message } from './rendering.ts'
import { neededDraft } from './request-draft.ts'
import { open, type Route } from './route.ts'
import { unitNamed } from './unit-choice.ts'
import { detailsText } from './words/sayings.ts'
import type { Words } from './words/vi.ts'

const PATH = '/de-nghi/thong-tin'
const FORM = 'request-details'
const FIELDS = [...DETAILS_FIELDS, 'unitChoice'] as const
type Typed = Record<(typeof FIELDS)[number], string>

const ORDER: readonly DetailsField[] = [
  ...(['fullName', 'given', 'birthDate', 'sex', 'number', 'unit', 'position', 'employment', 'contractEnd'] as const),
  'phone',
]

type Checked =
  | { readonly ok: true; readonly value: PersonDetails }
  | { readonly ok: false; readonly errors: Errors; readonly units: readonly Unit[] }
type Errors = ReadonlyMap<DetailsField, FieldError | { readonly code: 'not-digits' }>

/** Step 2: who the person is and what they do. What is wrong is worked out anew when the page is shown, in its language. */
export function detailsPages(services: Services): Route[] {
  const { requests, units } = services

  /** The unit that was meant: named by the field, or chosen among those that the field could mean. */
  async function unitMeant(typed: Typed): Promise<{ readonly id: string; readonly found: readonly Unit[] }> {
    const { unit, choices } = await unitNamed(units, tidy(typed.unit.slice(0, 200)), typed.unitId, (q) =>
      units.search(q),
    )
    const chosen = unit ?? choices.find((each) => each.id === typed.unitChoice)
    return { id: chosen?.id ?? '', found: chosen ? [] : choices }
  }

  async function check(typed: Typed): Promise<Checked> {
    const unit = await unitMeant(typed)
    const parsed = parseDetails({ ...typed, unitId: unit.id }, dayOf(services.clock()))
    if (parsed.ok) return parsed
    const errors = new Map<DetailsField, FieldError | { code: 'not-digits' }>()
    for (const field of ORDER) {
      const error = parsed.errors[field]
      if (error) errors.set(field, error)
    }
    if (errors.get('number')?.code === 'digit-count' && /[^\d\s.-]/.test(typed.number))
      errors.set('number', { code: 'not-digits' })
    return { ok: false, errors, units: unit.found }
  }

  async function show(page: Page): Promise<void> {
    const draft = await neededDraft(services, page)
    if (!draft) return
    const kept = page.takeForm(FORM) as (KeptForm & { readonly values: Typed }) | null
    // Kept until it is stored, so that a reload shows it again.
    if (kept) page.keepForm(FORM, kept.values, [])
    const checked = kept ? await check(kept.values) : null
    const errors: Errors = checked?.ok === false ? checked.errors : new Map()
    const text = (field: DetailsField) => {
      const error = errors.get(field)
      return error ? wordsFor(page.t, field, error) : undefined
    }
    await page.render('request-details.njk', {
      title: page.t.request.details.title,
      back: { href: draft.state === 'returned' ? '/theo-doi/ket-qua' : '/de-nghi' },
      comment: draft.state === 'returned' ? draft.comment : null,
      values: kept?.values ?? valuesOf(draft.details, draft.unitName),
      error: Object.fromEntries(ORDER.map((field) => [field, text(field)])),
      parts: { birthDate: partsOf(errors.get('birthDate')), contractEnd: partsOf(errors.get('contractEnd')) },
      errors: [...errors].map(([field, error]): Message => ({
        field: anchorOf(field, error),
        text: wordsFor(page.t, field, error),
      })),
      units: (checked?.ok === false ? checked.units : []).map(pickable),
    })
  }

  async function save(page: Page): Promise<void> {
    const draft = await neededDraft(services, page)
    if (!draft) return
    const typed = keepable(page.fields(FIELDS))
    const checked = await check(typed)
    const filled = checked.ok ? await requests.fill(draft.id, checked.value) : null
    if (!checked.ok || filled?.ok === false) {
      page.keepForm(FORM, typed, [])
      page.redirect(PATH)
      return
    }
    page.takeForm(FORM)
    // A corrected name may want another address.
    const same = draft.details?.name.full === checked.value.name.full && draft.local !== null
    page.redirect(same ? '/de-nghi/kiem-tra' : '/de-nghi/dia-chi')
  }

  /** For the picker's script: units by what is typed, accents ignored. */
  async function find(page: Page): Promise<void> {
    await page.limit('search', page.session.requestId ?? page.address)
    const q = page.query('q')
    const found = fold(q) === '' ? [] : await units.search(q)
    page.response.set('Cache-Control', 'no-store').json(found.map(pickable))
  }

  return [open('get', PATH, show), open('post', PATH, save), open('get', '/don-vi/tim', find)]
}

const pickable = (unit: Unit) => ({ id: unit.id, name: unit.name, parent: unit.parentName })

const wordsFor = (t: Words, field: DetailsField, error: FieldError | { readonly code: 'not-digits' }): string =>
  error.code === 'not-digits' ? t.request.errors.nin.digits : detailsText(t, field, error)

const PREFIX = { birthDate: 'birth', contractEnd: 'contractEnd' } as const
type Part = 'day' | 'month' | 'year'

/** Which boxes of a date are wrong; none when it is not one of them. */
function partsOf(error: FieldError | { readonly code: 'not-digits' } | undefined): readonly Part[] {
  if (error?.code === 'missing-part') return [error.part]
  return error?.code === 'year-digits' ? ['year'] : []
}

/** The id of the input that the summary leads to. */
function anchorOf(field: DetailsField, error: FieldError | { readonly code: 'not-digits' }): string {
  const part = partsOf(error)[0] ?? 'day'
  if ((field !== 'birthDate' && field !== 'contractEnd') || part === 'day') return field
  return `${PREFIX[field]}${part === 'month' ? 'Month' : 'Year'}`
}

/** The form of what is stored. */
function valuesOf(details: PersonDetails | null, unitName: string | null): Partial<Typed> {
  if (!details) return {}
  const [birthYear = '', birthMonth = '', birthDay = ''] = details.birthDate.split('-')
  const [contractEndYear = '', contractEndMonth = '', contractEndDay = ''] = (details.contractEnd ?? '').split('-')
  const { unitId, name, sex, number, position, employment, phone } = details
  // Left out where it follows from the name, so that it follows when the name is corrected.
  const given = name.full.endsWith(` ${name.given}`) && !name.given.includes(' ') ? '' : name.given
  return {
    ...{ unitId, unit: unitName ?? '', fullName: name.full, given, sex, number, position, employment },
    ...{ birthYear, birthMonth, birthDay, contractEndYear, contractEndMonth, contractEndDay, phone: phone ?? '' },
  }
}
