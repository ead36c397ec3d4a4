import { dayOf } from '../kernel/day.ts'
import { UnitId } from '../kernel/ids.ts'
import { fold } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import { UNIT_KINDS, type Unit } from '../units/unit.ts'
import { asOfDay } from './as-of.ts'
import { HttpFault } from './http-fault.ts'
import { beyondEnd, paging } from './lists.ts'
import { guarded, type Route } from './route.ts'
import { unitForms } from './unit-form.pages.ts'
import { count } from './views/formats.ts'

const PAGE = 50

/** The organisation: every unit in its place, and each with its names over time. */
export function unitPages(services: Services): Route[] {
  const { units, accounts, roles, reorganisations, clock } = services
  return [
    guarded('get', '/don-vi', 'unit.read', async (page, permit) => {
      const { t, lang } = page
      const q = page.query('q')
      const kind = UNIT_KINDS.find((each) => each === page.query('kind')) ?? null
      const asOf = asOfDay(page)
      const all = await units.list(permit, '', 5_000, asOf.day ?? undefined)
      const matching = all.filter((unit) => (kind === null || unit.kind === kind) && matches(unit, q))
      const placed = q === '' && kind === null ? asTree(matching) : matching.map((unit) => ({ unit, depth: 0 }))
      const list = { total: placed.length, page: page.number(), pageSize: PAGE }
      if (beyondEnd(page, list)) return
      await page.render('units.njk', {
        title: t.units.title,
        meta: t.units.meta(count(all.length, lang)),
        q,
        kind: kind ?? '',
        kinds: [
          { value: '', text: t.units.everyKind },
          ...UNIT_KINDS.map((value) => ({ value, text: t.units.kinds[value] })),
        ],
        rows: placed.slice((list.page - 1) * PAGE, list.page * PAGE),
        filtered: q !== '' || kind !== null,
        list: paging(list, t.units.noun),
        asOf,
        mayReorganise: page.may('reorganisation.read'),
        mayChange: page.may('unit.change'),
      })
    }),
    // Before `:id`, which would take the word for an identifier.
    ...unitForms(services),
    guarded('get', '/don-vi/:id', 'unit.read', async (page, permit) => {
      const { t } = page
      const id = page.param('id', UnitId)
      const found = await units.read(permit, id)
      if (found === null) throw new HttpFault(404)
      const [all, held, grants] = await Promise.all([
        units.list(permit, '', 5_000),
        page.may('account.read') ? accounts.list(page.permit('account.read'), { unit: id }) : null,
        page.may('role.read') ? roles.list(page.permit('role.read')) : null,
      ])
      const today = dayOf(clock())
      const passages = await reorganisations.passages(permit, id)
      const mayReorganise = page.may('reorganisation.read')
      await page.render('unit.njk', {
        title: found.unit.name,
        back: { href: '/don-vi', text: t.units.back },
        unit: found.unit,
        parentReadable: all.some((unit) => unit.id === found.unit.parentId),
        versions: found.versions.map((version) => ({
          ...version,
          when:
            version.validFrom > today
              ? 'later'
              : version.validTo !== null && version.validTo <= today
                ? 'ended'
                : 'now',
        })),
        below: all.filter((unit) => unit.parentId === id),
        accounts: held?.total ?? null,
        admins: grants?.filter((grant) => grant.role === 'unit-admin' && grant.unitId === id) ?? null,
        passages,
        mayReorganise,
        mayChange: page.may('unit.change'),
      })
    }),
  ]
}

/** Every word is in the name, whatever the accents; or the text is the beginning of a code or the number. */
function matches(unit: Unit, q: string): boolean {
  if (q === '') return true
  const name = fold(unit.name)
  const code = q.toUpperCase()
  return (
    fold(q)
      .split(' ')
      .every((word) => name.includes(word)) ||
    String(unit.number) === q ||
    Object.values(unit.codes).some((each) => each?.startsWith(code))
  )
}

/** Units below their own, by name; who stands above is not always in the reader's scope. */
function asTree(units: readonly Unit[]): { unit: Unit; depth: number }[] {
  const ids = new Set(units.map((unit) => unit.id))
  const below = Map.groupBy(units, (unit) => (unit.parentId !== null && ids.has(unit.parentId) ? unit.parentId : null))
  const branch = (parent: UnitId | null, depth: number): { unit: Unit; depth: number }[] =>
    [...(below.get(parent) ?? [])]
      .sort((a, b) => a.name.localeCompare(b.name, 'vi'))
      .flatMap((unit) => [{ unit, depth }, ...branch(unit.id, depth + 1)])
  return branch(null, 0)
}
