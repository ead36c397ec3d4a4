import { MODES, NewImport } from '../imports/import.ts'
import { blankWorkbook } from '../imports/blank-workbook.ts'
import type { Services } from '../main/compose.ts'
import type { Unit } from '../units/unit.ts'
import { back, errorAt, keptForm } from './kept-form.ts'
import { columnPages } from './import-columns.pages.ts'
import { importPage } from './import.pages.ts'
import { importPolicyPages } from './import-policy.pages.ts'
import { importSlipPages } from './import-slips.pages.ts'
import { undoPages } from './import-undo.pages.ts'
import { rowPages } from './import-rows.pages.ts'
import { spellingPages } from './import-spellings.pages.ts'
import { beyondEnd, paging } from './lists.ts'
import { guarded, type Route } from './route.ts'
import { isUnsure, unitChoices } from './unit-choice.ts'
import { count } from './views/formats.ts'
import { IMPORTS, XLSX } from './import-places.ts'
import { importRefusalText } from './words/import-sayings.ts'

const FORM = 'import new'
const NEW = `${IMPORTS}/moi`
const FIELDS = ['mode', 'unit', 'unitId', 'unitChoice', 'handOver'] as const

/** Personnel files: the list of imports, the upload, and the blank workbook for agencies. Each import's pages are beside. */
export function importPages(services: Services): Route[] {
  const { imports, units, config } = services
  const choices = unitChoices(services)
  const { fileBytes } = config.imports

  return [
    guarded('get', IMPORTS, 'import.read', async (page, permit) => {
      const { t, lang } = page
      const found = await imports.list(permit, page.number())
      if (beyondEnd(page, found)) return
      await page.render('imports.njk', {
        title: t.imports.title,
        mayChange: page.may('import.change'),
        rows: found.lines.map(({ record, counts }) => ({
          href: `${IMPORTS}/${record.id}`,
          name: record.fileName,
          sub: `${t.imports.number(String(record.number))} · ${t.imports.modes[record.mode]}`,
          state: record.state,
          rows: count(counts.rows, lang),
          waiting: count((counts.outcomes.get('review') ?? 0) + (counts.outcomes.get('refused') ?? 0), lang),
          at: record.createdAt,
          by: record.byName,
        })),
        list: paging(found, t.imports.noun),
      })
    }),

    guarded('get', NEW, 'import.change', async (page) => {
      const { t, lang } = page
      const kept = keptForm(page, FORM)
      const typed = { mode: 'add', handOver: 'link', ...kept?.values }
      const isUnsure = kept?.errors.some(({ field }) => field === 'unit') ?? false
      const offered = isUnsure && kept ? await units.search(kept.values['unit'] ?? '', 12) : []
      await page.render('import-new.njk', {
        title: t.imports.new,
        back: { href: IMPORTS, text: t.imports.back },
        errors: kept?.errors ?? [],
        typed,
        hint: t.imports.upload.fileHint(count(fileBytes / 1_000_000, lang)),
        modes: MODES.map((value) => ({ value, text: t.imports.modes[value], hint: t.imports.upload.modeHints[value] })),
        handOvers: (['link', 'slip'] as const).map((value) => ({ value, text: t.imports.upload.handOvers[value] })),
        offered: offered.map(({ id, name, parentName }) => ({ id, name, parent: parentName })),
        wrong: Object.fromEntries(['file', 'mode', 'unit', 'handOver'].map((field) => [field, errorAt(kept, field)])),
      })
    }),

    guarded(
      'post',
      NEW,
      'import.change',
      async (page, permit) => {
        const { t, lang } = page
        const says = t.imports.upload
        const input = page.fields(FIELDS)
        const unit = await choices.posted(page, 'unit')
        const parsed = NewImport.safeParse({
          mode: input.mode,
          handOver: input.handOver,
          unitId: unit.unit?.id ?? null,
        })
        const wrong = new Set(parsed.success ? [] : parsed.error.issues.map(({ path }) => path[0]))
        const { upload } = page
        const refused = upload.ok ? null : upload.refusal
        const errors = [
          ...(refused?.kind === 'no-file' ? [{ field: 'file', text: says.errors.none }] : []),
          ...(refused?.kind === 'empty-file' ? [{ field: 'file', text: says.errors.empty }] : []),
          ...(refused?.kind === 'too-large'
            ? [{ field: 'file', text: says.errors.large(count(refused.maxBytes / 1_000_000, lang)) }]
            : []),
          ...(wrong.has('mode') ? [{ field: 'mode', text: says.errors.mode }] : []),
          ...(isUnsure(unit) ? [{ field: 'unit', text: says.errors.unit }] : []),
          ...(input.mode === 'roster' && unit.text === '' ? [{ field: 'unit', text: says.errors.unitNeeded }] : []),
          ...(wrong.has('handOver') ? [{ field: 'handOver', text: says.errors.handOver }] : []),
        ]
        const typed = { ...input, unit: unit.text, unitId: unit.unit?.id ?? '' }
        if (!parsed.success || !upload.ok || errors.length > 0) {
          // A browser does not send a file twice by itself.
          const again = upload.ok ? [{ field: 'file', text: says.errors.again }] : []
          back(page, { name: FORM, path: NEW }, typed, [...again, ...errors])
          return
        }
        const arrived = await imports.arrive(permit, {
          ...parsed.data,
          ...{ fileName: upload.value.name, bytes: await upload.value.read(), language: lang },
        })
        if (!arrived.ok) {
          back(page, { name: FORM, path: NEW }, typed, [{ field: 'unit', text: importRefusalText(t, arrived.refusal) }])
          return
        }
        page.takeForm(FORM)
        page.notice('ok', says.done(upload.value.name))
        page.redirect(`${IMPORTS}/${arrived.value}`)
      },
      { upload: { field: 'file', maxBytes: fileBytes } },
    ),

    guarded('get', `${IMPORTS}/mau`, 'import.read', async (page) => {
      const all = await units.list(page.permit('unit.read'), '', 10_000)
      const bytes = await blankWorkbook(toChoose(all))
      page.response
        .set('Cache-Control', 'no-store')
        .attachment('mau-danh-sach.xlsx')
        .type(XLSX)
        .send(Buffer.from(bytes))
    }),

    ...columnPages(services),
    ...rowPages(services),
    ...spellingPages(services),
    ...undoPages(services),
    ...importSlipPages(services),
    ...importPolicyPages(services),
    ...importPage(services),
  ]
}

/** Agencies with their departments, as the workbook's drop-downs offer them. */
function toChoose(units: readonly Unit[]) {
  const below = Map.groupBy(units, ({ parentId }) => parentId)
  return units
    .filter(({ kind }) => kind !== 'department')
    .map(({ id, name }) => ({
      name,
      departments: (below.get(id) ?? []).filter(({ kind }) => kind === 'department').map((unit) => unit.name),
    }))
    .sort((a, b) => a.name.localeCompare(b.name, 'vi'))
}
