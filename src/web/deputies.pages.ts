import { z } from 'zod'
import type { DeputyRefusal } from '../access/deputies.ts'
import { DEPUTY_DAYS_MAX } from '../access/deputy.ts'
import { hasRole } from '../access/policy.ts'
import { Day } from '../kernel/day.ts'
import { tidy } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import { keepable } from './kept-form.ts'
import type { FieldError } from './rendering.ts'
import { guarded, type Route } from './route.ts'
import { refusalText } from './words/sayings.ts'

const PATH = '/duyet-thay'
const FORM = 'deputy'
const FIELDS = [
  ...(['principal', 'deputy', 'fromDay', 'fromMonth', 'fromYear', 'toDay', 'toMonth', 'toYear'] as const),
] as const
type Input = Record<(typeof FIELDS)[number], string>
const Id = z.uuid()

/** Who decides for whom while they are away. */
export function deputyPages(services: Services): Route[] {
  const { deputies } = services
  return [
    guarded('get', PATH, 'deputy.read', async (page, permit) => {
      const { t } = page
      const kept = page.takeForm(FORM)
      const typed: Partial<Input> = kept?.values ?? {}
      const errorOf = (field: string) => kept?.errors.find((error) => error.field === field)?.text
      await page.render('deputies.njk', {
        title: t.workflow.deputies.title,
        errors: kept?.errors ?? [],
        rows: await deputies.list(permit),
        mayName: page.may('deputy.name'),
        forOthers: hasRole(page.actor, 'it-staff'),
        typed,
        from: { day: typed.fromDay, month: typed.fromMonth, year: typed.fromYear },
        to: { day: typed.toDay, month: typed.toMonth, year: typed.toYear },
        max: DEPUTY_DAYS_MAX,
        wrong: Object.fromEntries(['principal', 'deputy', 'from', 'to'].map((field) => [field, errorOf(field)])),
      })
    }),

    guarded('post', PATH, 'deputy.name', async (page, permit) => {
      const says = page.t.workflow.deputies
      const input = page.fields(FIELDS)
      const again = (errors: readonly FieldError[]) => {
        page.keepForm(FORM, keepable(input), errors)
        page.redirect(PATH)
      }
      const [from, to] = [dayOf(input, 'from'), dayOf(input, 'to')]
      const errors: FieldError[] = [
        ...(tidy(input.deputy) === '' ? [{ field: 'deputy', text: says.errors.deputy }] : []),
        ...(from.ok
          ? []
          : [{ field: 'from', text: from.typed === '' ? says.errors.from : says.errors.noSuchDay(from.typed) }]),
        ...(to.ok ? [] : [{ field: 'to', text: to.typed === '' ? says.errors.to : says.errors.noSuchDay(to.typed) }]),
      ]
      if (!from.ok || !to.ok || errors.length > 0) {
        again(errors)
        return
      }
      const principal = tidy(input.principal) === '' ? null : input.principal.slice(0, 254)
      const asked = { principal, deputy: input.deputy.slice(0, 254), from: from.day, to: to.day }
      const named = await deputies.name(permit, asked)
      if (!named.ok) {
        // Whoever may name their own only has no field for the principal.
        const field = hasRole(page.actor, 'it-staff') ? FIELD_OF[named.refusal.kind] : ownFieldOf(named.refusal.kind)
        again([{ field, text: refusalText(page.t, named.refusal) }])
        return
      }
      page.notice('ok', says.named(named.value.name))
      page.redirect(PATH)
    }),

    guarded('post', `${PATH}/:id/ket-thuc`, 'deputy.name', async (page, permit) => {
      const ended = await deputies.end(permit, page.param('id', Id))
      if (ended.ok) page.notice('ok', page.t.workflow.deputies.ended)
      else page.notice('bad', refusalText(page.t, ended.refusal))
      page.redirect(PATH)
    }),
  ]
}

const FIELD_OF: Readonly<Record<DeputyRefusal['kind'], string>> = {
  'unknown-account': 'principal',
  'not-own-deputy': 'principal',
  'no-seat': 'principal',
  'unknown-deputy': 'deputy',
  'own-deputy': 'deputy',
  'deputy-overlaps': 'from',
  'period-past': 'from',
  'period-far': 'from',
  'period-ends-first': 'to',
  'period-too-long': 'to',
}

const ownFieldOf = (kind: DeputyRefusal['kind']): string => (FIELD_OF[kind] === 'principal' ? 'deputy' : FIELD_OF[kind])

/** A typed day, or what was typed instead of one. */
function dayOf(input: Input, which: 'from' | 'to'): { ok: true; day: Day } | { ok: false; typed: string } {
  const parts = [input[`${which}Day`], input[`${which}Month`], input[`${which}Year`]].map((part) =>
    part.trim().slice(0, 4),
  )
  const [day = '', month = '', year = ''] = parts
  const parsed = Day.safeParse(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`)
  return parsed.success
    ? { ok: true, day: parsed.data }
    : { ok: false, typed: parts.join('') === '' ? '' : parts.join('/') }
}
