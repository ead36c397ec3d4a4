import { z } from 'zod'
import type { ImportView, RowView } from '../imports/viewing.ts'
import { FIXABLE, type Fixable } from '../imports/plan/patch.ts'
import { REASON_GROUPS, type PersonRef, type UnitRef } from '../imports/plan/reason.ts'
import { SEVERITY } from '../imports/reading/fields.ts'
import { PersonId, UnitId } from '../kernel/ids.ts'
import { tidy } from '../kernel/text.ts'
import type { Services } from '../main/compose.ts'
import { HttpFault } from './http-fault.ts'
import { hrefOf, IMPORTS, importOf } from './import-places.ts'
import { errorAt, keepable, keptForm } from './kept-form.ts'
import type { Page } from './page.ts'
import type { FieldError } from './rendering.ts'
import { guarded, type Route } from './route.ts'
import { isUnsure, unitChoices } from './unit-choice.ts'
import { count, day } from './views/formats.ts'
import { changeText, importRefusalText, personText, rowTexts } from './words/import-sayings.ts'

const Seq = z.coerce.number().int().min(1).max(2_000_000_000)
const PLACE = `${IMPORTS}/:id/dong/:seq`
/** So many persons or units are offered for a row. */
const OFFERED = 20

/** One row of a list: why it waits, what would be done, its cells to be typed anew, and the choices that settle it. */
export function rowPages(services: Services): Route[] {
  const { imports, config, units } = services
  const choices = unitChoices(services)
  const { domain } = config.organisation

  async function rowOf(page: Page): Promise<{ view: ImportView; row: RowView; form: string; path: string }> {
    const permit = page.permit('import.read')
    const view = await importOf(imports, page, permit)
    const row = await imports.row(permit, view.record.id, page.param('seq', Seq))
    if (row === null) throw new HttpFault(404)
    const path = `${hrefOf(view.record.id)}/dong/${row.seq}`
    return { view, row, path, form: `import row ${view.record.id} ${row.seq}` }
  }

  return [
    guarded('get', PLACE, 'import.read', async (page) => {
      const { t, lang } = page
      const says = t.imports.row
      const { view, row, form } = await rowOf(page)
      const kept = keptForm(page, form)
      const texts = rowTexts(t, lang, row, domain)
      const mayChange = page.may('import.change') && view.record.state === 'preview' && row.state === 'open'
      const typed: Readonly<Record<string, string>> = { ...shownCells(row), ...kept?.values }
      const isUnsure = kept?.errors.some(({ field }) => field === 'unit') ?? false
      const offered = isUnsure ? await units.search(typed['unit'] ?? '', 12) : []
      await page.render('import-row.njk', {
        title: row.number === null ? says.titleMissing : says.title(count(row.number, lang)),
        back: { href: hrefOf(view.record.id), text: t.imports.number(String(view.record.number)) },
        errors: kept?.errors ?? [],
        ...{ row, texts, mayChange, typed },
        done: row.state === 'open' ? null : t.imports.rowStates[row.state],
        name: row.name,
        changes: [
          ...texts.changes.filter((text) => !row.changes.some((each) => changeText(t, lang, each) === text)),
          ...row.changes.map((change) => changeText(t, lang, change)),
        ],
        cells: cellsOf(page, row),
        fields: FIXABLE.filter((field) => field !== 'givenName' || row.cells.givenName !== undefined).map((field) => ({
          name: field,
          label: t.rosters.fields[field],
          hint: hintOf(page, row, field),
          value: typed[field] ?? '',
          error: errorAt(kept, field),
        })),
        unit: { value: typed['unit'] ?? '', id: typed['unitId'] ?? '', error: errorAt(kept, 'unit') },
        unitHint: says.unitHint(row.unit === '' ? t.imports.blankValue : row.unit),
        offered: offered.map(({ id, name, parentName }) => ({ id, name, parent: parentName })),
        persons: personsOf(row).map((person) => ({
          value: person.personId,
          text: personText(t, lang, person),
          hint: person.local === null ? '' : `${person.local}@${domain}`,
        })),
        units: unitsOf(row).map(({ id, name, parentName }) => ({ value: id, text: name, hint: parentName ?? '' })),
        isDecided:
          row.patch.skip ||
          row.patch.accepted.length > 0 ||
          row.patch.person !== null ||
          row.patch.unit !== null ||
          Object.keys(row.patch.fields).length > 0,
        wrong: { person: errorAt(kept, 'person'), proposedUnit: errorAt(kept, 'proposedUnit') },
      })
    }),

    guarded('post', PLACE, 'import.change', async (page, permit) => {
      const { t } = page
      const says = t.imports.row
      const { view, row, form, path } = await rowOf(page)
      const { id } = view.record
      const { review } = imports
      const again = (values: Readonly<Record<string, string>>, errors: readonly FieldError[]) => {
        page.keepForm(form, keepable(values), errors)
        page.redirect(path)
      }
      const acting = async () => {
        switch (page.field('act')) {
          case 'take':
            return review.accept(permit, id, row.seq)
          case 'skip':
          case 'unskip':
            return review.skip(permit, id, row.seq, page.field('act') === 'skip')
          case 'reset':
            return review.reset(permit, id, row.seq)
          case 'person': {
            const person = z.union([PersonId, z.literal('new')]).safeParse(page.field('person'))
            const isOffered =
              person.success &&
              (person.data === 'new' || personsOf(row).some(({ personId }) => personId === person.data))
            if (person.success && isOffered) return review.choose(permit, id, row.seq, person.data)
            again({}, [{ field: 'person', text: says.personNeeded }])
            return null
          }
          case 'unit': {
            const unit = UnitId.safeParse(page.field('proposedUnit'))
            if (unit.success && unitsOf(row).some((each) => each.id === unit.data))
              return review.fix(permit, id, row.seq, {}, unit.data)
            again({}, [{ field: 'proposedUnit', text: says.unitNeeded }])
            return null
          }
          case 'fix': {
            const typed = page.fields(FIXABLE)
            const unit = await choices.posted(page, 'unit')
            const values = { ...typed, unit: unit.text, unitId: unit.unit?.id ?? '' }
            if (isUnsure(unit)) {
              again(values, [{ field: 'unit', text: says.unknownUnit }])
              return null
            }
            const fields = changedFields(row, typed)
            if (Object.keys(fields).length === 0 && unit.unit === null) {
              again(values, [{ field: 'fullName', text: says.nothingTyped }])
              return null
            }
            return review.fix(permit, id, row.seq, fields, unit.unit?.id ?? null)
          }
          default:
            throw new HttpFault(400)
        }
      }
      const done = await acting()
      if (done === null) return
      page.takeForm(form)
      if (done.ok) page.notice('ok', t.imports.preview.saved)
      else page.notice('bad', importRefusalText(t, done.refusal))
      page.redirect(listAgain(page, id))
    }),

    guarded('post', `${IMPORTS}/:id/nhan-goi-y`, 'import.change', async (page, permit) => {
      const { t, lang } = page
      const { record } = await importOf(imports, page, page.permit('import.read'))
      const group = REASON_GROUPS.find((each) => each === page.field('group'))
      if (group === undefined) throw new HttpFault(400)
      const done = await imports.review.acceptAll(permit, record.id, group)
      if (done.ok) page.notice('ok', t.imports.preview.takenAll(count(done.value.rows, lang)))
      else page.notice('bad', importRefusalText(t, done.refusal))
      page.redirect(hrefOf(record.id))
    }),
  ]
}

/** The list as it was filtered when a row of it was settled. */
function listAgain(page: Page, id: ImportView['record']['id']): string {
  const query = new URLSearchParams(page.field('back').slice(0, 500)).toString()
  return query === '' ? hrefOf(id) : `${hrefOf(id)}?${query}`
}

const personsOf = (row: RowView): PersonRef[] =>
  row.reasons
    .flatMap((reason) => ('persons' in reason ? reason.persons : 'person' in reason ? [reason.person] : []))
    .slice(0, OFFERED)
const unitsOf = (row: RowView): UnitRef[] =>
  row.reasons.flatMap((reason) => ('units' in reason ? reason.units : [])).slice(0, OFFERED)

/** What the cells say that can be typed anew; a number only where something is wrong with it. */
function shownCells(row: RowView): Record<string, string> {
  const shown = FIXABLE.map((field): [string, string] => {
    const typed = row.patch.fields[field]
    if (typed !== undefined) return [field, typed]
    const cell = row.cells[field]
    if (cell === undefined) return [field, '']
    if (field === 'number' && !isNumberOdd(row)) return [field, '']
    return [field, field === 'fullName' && typeof cell.value === 'string' ? cell.value : cell.raw]
  })
  return Object.fromEntries(shown)
}

const isNumberOdd = (row: RowView): boolean =>
  row.cells.number?.marks.some(({ code }) => SEVERITY[code] === 'check') ?? false

/** The fields that were typed anew. */
function changedFields(row: RowView, typed: Readonly<Record<Fixable, string>>): Partial<Record<Fixable, string>> {
  const shown = shownCells(row)
  return Object.fromEntries(
    FIXABLE.flatMap((field) => {
      const text = tidy(typed[field].slice(0, 1000))
      return text === tidy(shown[field] ?? '') ? [] : [[field, text]]
    }),
  )
}

const masked = (text: string): string => (text.length > 3 ? `••• ${text.slice(-3)}` : text)

function hintOf(page: Page, row: RowView, field: Fixable): string {
  const says = page.t.imports.row
  if (field === 'birthDate') return says.birthHint
  if (field === 'sex') return says.sexHint
  const raw = row.cells.number?.raw ?? ''
  return field === 'number' && raw !== '' && !isNumberOdd(row) ? says.number(masked(raw)) : ''
}

/** Each cell as the file has it, and as it was read where that is something else. */
function cellsOf(page: Page, row: RowView): { key: string; value: string; sub: string }[] {
  const { t, lang } = page
  const known: Readonly<Record<string, string>> = t.imports.values
  return Object.entries(row.cells).map(([field, cell]) => {
    const isNumber = field === 'number' && !isNumberOdd(row)
    const value = typeof cell.value === 'object' && cell.value !== null ? cell.value.text : (cell.value ?? '')
    const read = field === 'birthDate' && value.length === 10 ? day(value, lang) : (known[value] ?? value)
    return {
      key: t.rosters.fields[field as keyof typeof t.rosters.fields],
      value: cell.raw === '' ? '–' : isNumber ? masked(cell.raw) : cell.raw,
      sub: read === '' || read === cell.raw || isNumber ? '' : `${t.imports.row.read}: ${read}`,
    }
  })
}
